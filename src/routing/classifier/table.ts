const FREE = -1;

/** Hashes of 32 bits and the place of each in its list: open addressing, half full at most. Its first place counts. */
export class HashTable {
  readonly #keys: Int32Array;
  readonly #places: Int32Array;
  readonly #mask: number;

  constructor(hashes: Int32Array) {
    let size = 16;
    while (size < hashes.length * 2) size *= 2;
    this.#mask = size - 1;
    this.#keys = new Int32Array(size);
    this.#places = new Int32Array(size).fill(FREE);
    for (let place = 0; place < hashes.length; place += 1) {
      const hash = hashes[place] ?? 0;
      let at = hash & this.#mask;
      while (this.#places[at] !== FREE && this.#keys[at] !== hash) at = (at + 1) & this.#mask;
      if (this.#places[at] !== FREE) continue;
      this.#keys[at] = hash;
      this.#places[at] = place;
    }
  }

  /** −1 = not in it. */
  find(hash: number): number {
    let at = hash & this.#mask;
    for (;;) {
      const place = this.#places[at] ?? FREE;
      if (place === FREE || this.#keys[at] === hash) return place;
      at = (at + 1) & this.#mask;
    }
  }
}
