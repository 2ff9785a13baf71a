/** One step of FNV-1a over UTF-16 code units, 32 bits. */
export function step(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** Spreads the high bits, which FNV leaves uneven. */
export function finish(hash: number): number {
  let h = hash ^ (hash >>> 15);
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 12);
}

/** The hash of a part of a text; `seed` tells kinds of features apart. */
export function hashText(text: string, seed: number, from = 0, to = text.length): number {
  let hash = seed;
  for (let at = from; at < to; at += 1) hash = step(hash, text.charCodeAt(at));
  return finish(hash);
}

/** Two hashes in their order. */
export function combine(a: number, b: number): number {
  return finish(Math.imul(a, 0x01000193) ^ b);
}
