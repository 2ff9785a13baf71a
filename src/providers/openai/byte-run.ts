/** Gathers views of bytes for one write; neighbours in memory stay one view, so most chunks are never copied. */
export class ByteRun {
  readonly #parts: Buffer[] = [];
  #last: Buffer | null = null;

  add(bytes: Buffer): void {
    const last = this.#last;
    if (last === null) this.#last = bytes;
    else if (last.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset)
      this.#last = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length);
    else {
      this.#parts.push(last);
      this.#last = bytes;
    }
  }

  /** All that was added, in order; null = nothing. */
  take(): Buffer | null {
    if (this.#last === null) return null;
    return this.#parts.length === 0 ? this.#last : Buffer.concat([...this.#parts, this.#last]);
  }
}
