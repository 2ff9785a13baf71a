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
  const factors = new Float64Array(most + AT_ONCE);
  const sums = new Float64Array(leadAt);

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
      const unit = toWhole(factors, used, MOST_HALF);
      sums.fill(0);
      for (let at = 0; at < used; at += AT_ONCE) addFour(sums, bytes, from, factors, at);
      addPairs(scores, sums, unit);
      return lead;
    },
  };
}

/**
 * Two sums in one number: what is added up are whole numbers, the one of `low` below 2²⁶ and the one of `high` from there
 * on, so that one multiplication serves both. Exact while neither sum is beyond ±2²⁵ (a double holds 53 bits).
 */
const SHIFT = 2 ** 26;
const MOST_SUM = 2 ** 25 - 1;
const pairOf = (low: number, high: number): number => low + high * SHIFT;

/** Added and taken away, leaves the nearest whole number: beyond it a double has no place for less. */
const ROUND = 1.5 * 2 ** 52;

/** The greatest number of half a byte, and of a whole one. */
const MOST_HALF = 8;
const MOST_BYTE = 128;

/**
 * Makes the first factors whole numbers of a unit, as small a one as keeps every sum of them times numbers up to `most`
 * within its half of a pair; returns the unit.
 */
function toWhole(factors: Float64Array, count: number, most: number): number {
  let sum = 0;
  for (let at = 0; at < count; at += 1) sum += Math.abs(factors[at] ?? 0);
  if (sum === 0) return 0;
  // Rounding adds a half to each at most; a power of two changes no digit of a factor that is long enough.
  const units = 2 ** Math.floor(Math.log2((MOST_SUM / most - count) / sum));
  for (let at = 0; at < count; at += 1) factors[at] = (factors[at] ?? 0) * units + ROUND - ROUND;
  return 1 / units;
}

/** Adds what the pairs of sums stand for. */
function addPairs(scores: Float64Array, sums: Float64Array, unit: number): void {
  for (let pair = 0; pair < sums.length; pair += 1) {
    const both = sums[pair] ?? 0;
    const high = both / SHIFT + ROUND - ROUND;
    const k = pair * 2;
    scores[k] = (scores[k] ?? 0) + (both - high * SHIFT) * unit;
    if (k + 1 < scores.length) scores[k + 1] = (scores[k + 1] ?? 0) + high * unit;
  }
}

/** By byte: the numbers of its lower and its upper half, as a pair. */
const HALVES = Float64Array.from({ length: 256 }, (_, byte) =>
  pairOf((byte << 28) >> 28, (byte << 24) >> 28),
);

/** Four rows at once, which halves the time. */
function addFour(
  sums: Float64Array,
  bytes: Uint8Array,
  from: Int32Array,
  factors: Float64Array,
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
  const { length } = sums;
  for (let pair = 0; pair < length; pair += 1)
    sums[pair] =
      (sums[pair] ?? 0) +
      fa * (HALVES[bytes[a + pair] ?? 0] ?? 0) +
      fb * (HALVES[bytes[b + pair] ?? 0] ?? 0) +
      fc * (HALVES[bytes[c + pair] ?? 0] ?? 0) +
      fd * (HALVES[bytes[d + pair] ?? 0] ?? 0);
}

/** Rows of whole bytes, all of which are added each time. */
export interface WholeRows {
  /** Adds each row, times its value, to the scores. */
  add(scores: Float64Array, value: Float32Array): void;
}

/** Rows of whole bytes, read for each request: a few hundred. */
export function wholeRows(given: Int8Array, scales: Float32Array, size: number): WholeRows {
  const rows = scales.length;
  const pairs = Math.ceil(size / 2);
  // What the last four lack: rows of noughts.
  const numbers = new Float64Array((rows + AT_ONCE) * pairs);
  for (let row = 0; row < rows; row += 1)
    for (let k = 0; k < size; k += 2)
      numbers[row * pairs + k / 2] = pairOf(
        given[row * size + k] ?? 0,
        k + 1 < size ? (given[row * size + k + 1] ?? 0) : 0,
      );
  const factors = new Float64Array(rows + AT_ONCE);
  const sums = new Float64Array(pairs);
  return {
    add(scores, value) {
      for (let row = 0; row < rows; row += 1) factors[row] = (value[row] ?? 0) * (scales[row] ?? 0);
      const unit = toWhole(factors, rows, MOST_BYTE);
      sums.fill(0);
      for (let row = 0; row < rows; row += AT_ONCE) {
        const a = row * pairs;
        const b = a + pairs;
        const c = b + pairs;
        const d = c + pairs;
        const fa = factors[row] ?? 0;
        const fb = factors[row + 1] ?? 0;
        const fc = factors[row + 2] ?? 0;
        const fd = factors[row + 3] ?? 0;
        for (let pair = 0; pair < pairs; pair += 1)
          sums[pair] =
            (sums[pair] ?? 0) +
            fa * (numbers[a + pair] ?? 0) +
            fb * (numbers[b + pair] ?? 0) +
            fc * (numbers[c + pair] ?? 0) +
            fd * (numbers[d + pair] ?? 0);
      }
      addPairs(scores, sums, unit);
    },
  };
}
