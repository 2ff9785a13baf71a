/** Each feature of a request once, in the order in which they came first; in buffers that the next request overwrites. */
export interface Distinct {
  readonly hash: Int32Array;
  /** The largest of its values: a feature that comes again says little more than it did the first time. */
  readonly value: Float32Array;
  /** Takes the first `count` of these; returns how many there are. */
  take(count: number, hash: Int32Array, value: Float32Array): number;
}

/** For at most `most` features, fewer than places of 16 bits can tell apart. */
export function createDistinct(most: number): Distinct {
  const mask = 2 ** Math.ceil(Math.log2(most * 2)) - 1;
  /** By the low bits of a hash: 1 + its place; 0 = free. So small that it stays in the nearest cache. */
  const slots = new Int16Array(mask + 1);
  const distinct = { hash: new Int32Array(most), value: new Float32Array(most) };
  return {
    ...distinct,
    take(count, hash, value) {
      const { hash: hashes, value: values } = distinct;
      slots.fill(0);
      let seen = 0;
      for (let from = 0; from < count; from += 1) {
        const its = hash[from] ?? 0;
        const much = value[from] ?? 0;
        let at = its & mask;
        let place = slots[at] ?? 0;
        while (place !== 0 && hashes[place - 1] !== its) {
          at = (at + 1) & mask;
          place = slots[at] ?? 0;
        }
        if (place === 0) {
          hashes[seen] = its;
          values[seen] = much;
          seen += 1;
          slots[at] = seen;
        } else if (much > (values[place - 1] ?? 0)) values[place - 1] = much;
      }
      return seen;
    },
  };
}
