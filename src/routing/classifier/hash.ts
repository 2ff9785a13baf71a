/** FNV-1a over UTF-16 code units, 32 bits; `seed` tells kinds of features apart. */
export function hashText(text: string, seed: number, from = 0, to = text.length): number {
  let hash = seed;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/** Two hashes in their order. */
export function combine(a: number, b: number): number {
  return mix(Math.imul(a, 0x01000193) ^ b);
}

/** Spreads the high bits, which FNV leaves uneven. */
function mix(hash: number): number {
  let h = hash ^ (hash >>> 15);
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 12;
  return h >>> 0;
}
