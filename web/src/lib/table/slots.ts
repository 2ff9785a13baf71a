/**
 * A line of a table. Its elements stay while it shows one row after another, which costs a fraction of new elements: a
 * turn of the wheel may bring a whole window of other rows.
 */
export interface Slot<Row> {
  readonly id: number;
  /** While the row is on its way: the one that was here before, which nobody may see. Undefined = there was none. */
  readonly row: Row | undefined;
  /** Null = the row is on its way. */
  readonly key: string | null;
  /** It showed something else before. */
  readonly fresh: boolean;
}

/** Which line shows which row: one that is still drawn stays where it is, the others take what has become free. */
export class Slots<Row> {
  #slots: readonly Slot<Row>[] = [];
  #count = 0;
  readonly #keyOf: (row: Row) => string;

  constructor(keyOf: (row: Row) => string) {
    this.#keyOf = keyOf;
  }

  /** The lines for these rows, in their order; undefined = it is on its way. */
  place(rows: readonly (Row | undefined)[]): readonly Slot<Row>[] {
    const keys = this.#keysOf(rows);
    const wanted = new Set(keys);
    const kept = new Map<string, Slot<Row>>();
    const free: Slot<Row>[] = [];
    for (const slot of this.#slots) {
      if (slot.key !== null && wanted.has(slot.key)) kept.set(slot.key, slot);
      else free.push(slot);
    }
    let taken = 0;
    this.#slots = rows.map((row, at) => {
      const key = keys[at] ?? null;
      const old = key === null ? undefined : kept.get(key);
      if (old !== undefined) return { id: old.id, row, key, fresh: false };
      const slot = free[taken];
      taken += 1;
      return { id: slot?.id ?? this.#next(), row: row ?? slot?.row, key, fresh: true };
    });
    return this.#slots;
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  #keysOf(rows: readonly (Row | undefined)[]): readonly (string | null)[] {
    const seen = new Set<string>();
    return rows.map((row, at) => {
      if (row === undefined) return null;
      const key = this.#keyOf(row);
      // What came late may have moved a row from one page to the next between two readings: then it is in both.
      if (seen.has(key)) return `${key} ${at}`;
      seen.add(key);
      return key;
    });
  }
}
