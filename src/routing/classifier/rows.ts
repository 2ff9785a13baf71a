/** What the rows of hashed features add up to. */
export interface FeatureRows {
  /** Adds the row of each hash that has one, times its value, to the scores; returns the sum of their leads. */
  add(scores: Float64Array, count: number, hash: Int32Array, value: Float32Array): number;
}

/** What `packFeatures` packs: a row of `size` numbers from −7 to 7 for each of the first `scales.length` hashes. */
export interface FeatureTable {
  readonly hashes: Int32Array;
  readonly numbers: Int8Array;
  /** What a number stands for, by row. */
  readonly scales: Float32Array;
  /** One number a hash, also of those that have no row. */
  readonly leads: Int8Array;
}

const AT_ONCE = 4;
const WORD = 4;
/** Fuller, and a look goes from slot to slot. */
const FULL = 0.7;

/**
 * A table by hash (open addressing) that holds the rows themselves: numbers two a byte, lead, scale and hash lie in the
 * same few bytes, since fetching them takes longer than adding them up. Of a hash that comes twice the first counts; 0
 * is no hash. `most`: of features that are added at once.
 */
export function packFeatures(table: FeatureTable, size: number, most: number): FeatureRows {
  const { hashes, numbers, scales, leads } = table;
  const leadAt = Math.ceil(size / 2);
  const scaleAt = Math.ceil((leadAt + 1) / WORD);
  const hashAt = scaleAt + 1;
  const words = 2 ** Math.ceil(Math.log2(hashAt + 1));
  const stride = words * WORD;
  let slots = 16;
  while (slots * FULL < hashes.length) slots *= 2;
  const mask = slots - 1;
  const bytes = new Uint8Array(slots * stride);
  const signed = new Int8Array(bytes.buffer);
  const whole = new Int32Array(bytes.buffer);
  const floats = new Float32Array(bytes.buffer);
  for (const [place, its] of hashes.entries()) {
    const slot = slotOf(its);
    if (its === 0 || whole[slot * words + hashAt] === its) continue;
    whole[slot * words + hashAt] = its;
    signed[slot * stride + leadAt] = leads[place] ?? 0;
    if (place >= scales.length) continue;
    floats[slot * words + scaleAt] = scales[place] ?? 0;
    for (let k = 0; k < size; k += 2) {
      const low = numbers[place * size + k] ?? 0;
      const high = k + 1 < size ? (numbers[place * size + k + 1] ?? 0) : 0;
      bytes[slot * stride + k / 2] = (low & 15) | (high << 4);
    }
  }
  const fetched = new Int32Array(most);
  const from = new Int32Array(most + AT_ONCE);
  const factors = new Float32Array(most + AT_ONCE);

  /** Where a hash stands, or would. */
  function slotOf(hash: number): number {
    let slot = hash & mask;
    for (;;) {
      const its = whole[slot * words + hashAt] ?? 0;
      if (its === hash || its === 0) return slot;
      slot = (slot + 1) & mask;
    }
  }

  return {
    add(scores, count, hash, value) {
      // Slots first, without a branch that waits for them: the processor then fetches many at a time.
      for (let at = 0; at < count; at += 1)
        fetched[at] = whole[((hash[at] ?? 0) & mask) * words + hashAt] ?? 0;
      let lead = 0;
      let used = 0;
      for (let at = 0; at < count; at += 1) {
        const its = hash[at] ?? 0;
        const slot = fetched[at] === its ? its & mask : slotOf(its);
        const much = value[at] ?? 0;
        const scale = floats[slot * words + scaleAt] ?? 0;
        lead += much * (signed[slot * stride + leadAt] ?? 0);
        from[used] = slot * stride;
        factors[used] = much * scale;
        // Most that are known have a row; what has none is overwritten by the next.
        used += scale === 0 ? 0 : 1;
      }
      // What the last four lack: a row that counts nothing.
      factors.fill(0, used, used + AT_ONCE);
      from.fill(0, used, used + AT_ONCE);
      for (let at = 0; at < used; at += AT_ONCE) addFour(scores, bytes, from, factors, at);
      return lead;
    },
  };
}

/** By byte: the numbers of its lower and its upper half. */
const LOW = Float64Array.from({ length: 256 }, (_, byte) => (byte << 28) >> 28);
const HIGH = Float64Array.from({ length: 256 }, (_, byte) => (byte << 24) >> 28);

/** Four rows at once, which halves the time. */
function addFour(
  scores: Float64Array,
  bytes: Uint8Array,
  from: Int32Array,
  factors: Float32Array,
  at: number,
): void {
  const a = from[at] ?? 0;
  const b = from[at + 1] ?? 0;
  const c = from[at + 2] ?? 0;
  const d = from[at + 3] ?? 0;
  const fa = factors[at] ?? 0;
  const fb = factors[at + 1] ?? 0;
  const fc = factors[at + 2] ?? 0;
  const fd = factors[at + 3] ?? 0;
  const { length } = scores;
  for (let k = 0; k < length; k += 2) {
    const half = k >> 1;
    const [ba, bb, bc, bd] = [
      bytes[a + half] ?? 0,
      bytes[b + half] ?? 0,
      bytes[c + half] ?? 0,
      bytes[d + half] ?? 0,
    ];
    scores[k] =
      (scores[k] ?? 0) +
      fa * (LOW[ba] ?? 0) +
      fb * (LOW[bb] ?? 0) +
      fc * (LOW[bc] ?? 0) +
      fd * (LOW[bd] ?? 0);
    if (k + 1 < length)
      scores[k + 1] =
        (scores[k + 1] ?? 0) +
        fa * (HIGH[ba] ?? 0) +
        fb * (HIGH[bb] ?? 0) +
        fc * (HIGH[bc] ?? 0) +
        fd * (HIGH[bd] ?? 0);
  }
}

/** Rows of whole bytes, all of which are added each time. */
export interface WholeRows {
  /** Adds each row, times its value, to the scores. */
  add(scores: Float64Array, value: Float32Array): void;
}

/** Rows of whole bytes, read for each request: a few hundred. */
export function wholeRows(given: Int8Array, scales: Float32Array, size: number): WholeRows {
  const rows = scales.length;
  // So that no number has to be converted before it is added.
  const numbers = Float64Array.from(given);
  const factors = new Float64Array(rows + AT_ONCE);
  return {
    add(scores, value) {
      for (let row = 0; row < rows; row += 1) factors[row] = (value[row] ?? 0) * (scales[row] ?? 0);
      for (let row = 0; row < rows; row += AT_ONCE) {
        const a = row * size;
        const fa = factors[row] ?? 0;
        const fb = factors[row + 1] ?? 0;
        const fc = factors[row + 2] ?? 0;
        const fd = factors[row + 3] ?? 0;
        for (let k = a; k < a + size; k += 1)
          scores[k - a] =
            (scores[k - a] ?? 0) +
            fa * (numbers[k] ?? 0) +
            fb * (numbers[k + size] ?? 0) +
            fc * (numbers[k + 2 * size] ?? 0) +
            fd * (numbers[k + 3 * size] ?? 0);
      }
    },
  };
}
