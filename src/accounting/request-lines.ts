/** Lines that hold requests, as places in the bytes that were read: nothing is copied, whatever is done with them. */
export class RequestLines {
  readonly #bytes: Buffer;
  /** Start and end (after the "\n") of each line, one after the other. */
  readonly #places: readonly number[];

  constructor(bytes: Buffer, places: readonly number[]) {
    this.#bytes = bytes;
    this.#places = places;
  }

  get count(): number {
    return this.#places.length / 2;
  }

  /** The lines from `from` up to `to`. */
  slice(from: number, to: number): RequestLines {
    return new RequestLines(this.#bytes, this.#places.slice(from * 2, to * 2));
  }

  /** All bytes; lines that follow each other come in one piece. */
  get pieces(): Buffer[] {
    const pieces: Buffer[] = [];
    let [start = 0, end = 0] = this.#places;
    for (let i = 2; i < this.#places.length; i += 2) {
      const next = this.#places[i] ?? 0;
      if (next !== end) {
        pieces.push(this.#bytes.subarray(start, end));
        start = next;
      }
      end = this.#places[i + 1] ?? 0;
    }
    if (end > start) pieces.push(this.#bytes.subarray(start, end));
    return pieces;
  }
}
