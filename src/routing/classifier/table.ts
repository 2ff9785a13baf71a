const FREE = -1;
/** Fuller, and a look goes from slot to slot; emptier, and each look misses the cache. */
const FULL = 0.7;

/**
 * Hashes of 32 bits and the place of each in its list: open addressing, each hash beside its place
 * so that a look costs one line of the cache. A hash's first place counts.
 */
export class HashTable {
  readonly #slots: Int32Array;
  readonly #mask: number;

  constructor(hashes: Int32Array) {
    let size = 16;
    while (size * FULL < hashes.length) size *= 2;
    this.#mask = size - 1;
    this.#slots = new Int32Array(size * 2).fill(FREE);
    for (let place = 0; place < hashes.length; place += 1) {
      const hash = hashes[place] ?? 0;
      let at = hash & this.#mask;
      while (this.#slots[at * 2 + 1] !== FREE && this.#slots[at * 2] !== hash) at = (at + 1) & this.#mask;
      if (this.#slots[at * 2 + 1] !== FREE) continue;
      this.#slots[at * 2] = hash;
      this.#slots[at * 2 + 1] = place;
    }
  }

  /** −1 = not in it. */
  find(hash: number): number {
    let at = hash & this.#mask;
    for (;;) {
      const place = this.#slots[at * 2 + 1] ?? FREE;
      if (place === FREE || this.#slots[at * 2] === hash) return place;
      at = (at + 1) & this.#mask;
    }
  }
}

/** One bit in so many is set. */
const SPARSE = 12;

/** Says of most hashes that are not in some lists that they are not, and costs less than a look into their tables. */
export class HashSieve {
  readonly #bits: Int32Array;
  readonly #mask: number;

  constructor(lists: readonly Int32Array[]) {
    const hashes = lists.reduce((sum, { length }) => sum + length, 0);
    const size = 2 ** Math.ceil(Math.log2(32 + hashes * SPARSE));
    this.#mask = size - 1;
    this.#bits = new Int32Array(size / 32);
    for (const list of lists)
      for (const hash of list) {
        const bit = hash & this.#mask;
        this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
      }
  }

  mayHold(hash: number): boolean {
    const bit = hash & this.#mask;
    return (((this.#bits[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  }
}
