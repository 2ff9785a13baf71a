import { hash } from 'node:crypto';

const WORDS = (
  'light travels through a prism and leaves in many colours each with its own angle while the observer keeps ' +
  'counting tokens under the quiet hum of machines that simulate what larger ones would say about rivers ' +
  'mountains letters numbers gardens bridges winters voyages cafés naïve œuvre Zürich 東京 θάλασσα 🙂 and the patient ' +
  'reader who asked for it'
).split(' ');

/** Numbers from 0 up to 1, always the same for the same key (mulberry32 over a hash). */
export function createNumbers(key: string): () => number {
  let state = Number.parseInt(hash('sha1', key).slice(0, 8), 16);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Sentences of about so many units, always the same for the same key. */
export function writeText(key: string, units: number): string {
  const next = createNumbers(key);
  const sentences: string[] = [];
  let length = 0;
  while (length < units) {
    const words: string[] = [];
    for (let count = 5 + Math.floor(next() * 9); count > 0; count--)
      words.push(WORDS[Math.floor(next() * WORDS.length)] ?? 'prism');
    const first = words[0] ?? '';
    const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)} ${words.slice(1).join(' ')}.`;
    sentences.push(sentence);
    length += sentence.length + 1;
  }
  return sentences.join(' ');
}
