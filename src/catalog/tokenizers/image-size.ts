import type { ImageSize } from './images.ts';

/** Of a JPEG, the size stands behind whatever its camera had to say. */
const HEAD_BYTES = 256 * 1024;
const LARGEST_SIDE = 1_000_000;

/** The size of an image in a data URL: PNG, JPEG, GIF or WebP, read from its first bytes; null = cannot be told. */
export function sizeOfDataUrl(url: string): ImageSize | null {
  if (!url.startsWith('data:')) return null;
  const comma = url.indexOf(',');
  if (comma === -1 || comma > 200 || !url.slice(0, comma).endsWith(';base64')) return null;
  return sizeOfBase64(url.slice(comma + 1, comma + 1 + Math.ceil((HEAD_BYTES * 4) / 3)));
}

export function sizeOfBase64(data: string): ImageSize | null {
  const bytes = Buffer.from(data.slice(0, Math.ceil((HEAD_BYTES * 4) / 3)), 'base64');
  const size = png(bytes) ?? gif(bytes) ?? webp(bytes) ?? jpeg(bytes);
  return size !== null && isSide(size.width) && isSide(size.height) ? size : null;
}

function isSide(length: number): boolean {
  return length > 0 && length <= LARGEST_SIDE;
}

function png(bytes: Buffer): ImageSize | null {
  if (bytes.length < 24 || bytes.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') return null;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function gif(bytes: Buffer): ImageSize | null {
  if (bytes.length < 10 || bytes.toString('latin1', 0, 4) !== 'GIF8') return null;
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** Its three kinds say it in three ways (RFC 9649). */
function webp(bytes: Buffer): ImageSize | null {
  if (bytes.length < 30 || bytes.toString('latin1', 8, 12) !== 'WEBP') return null;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return null;
  }
}

/** Goes from segment to segment up to the frame's header (SOF0 to SOF15, without DHT, JPG and DAC). */
function jpeg(bytes: Buffer): ImageSize | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}
