/** Of MP3 as voice is sent: 128 kbit/s. Used where the bytes do not say. */
const USUAL_BYTES_A_SECOND = 16_000;

/** How long a clip in base64 is: exact for WAV, by its size for anything else. */
export function seconds(base64: string): number {
  const size = Buffer.byteLength(base64, 'base64');
  const head = Buffer.from(base64.slice(0, 64), 'base64');
  const isWav = head.length >= 32 && head.toString('latin1', 0, 4) === 'RIFF';
  const rate = isWav ? head.readUInt32LE(28) : USUAL_BYTES_A_SECOND;
  return size / (rate > 0 ? rate : USUAL_BYTES_A_SECOND);
}
