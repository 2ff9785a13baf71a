/** What a feature adds to the score of each label: rows of small numbers, each with what they stand for. */
export interface Rows {
  /** Adds `count` rows, each times its value, to the scores. Overwrites nothing else but buffers of its own. */
  add(scores: Float64Array, count: number, row: Int32Array, value: Float32Array): void;
}

const AT_ONCE = 4;
const WORD = 4;

/**
 * Rows of numbers from −7 to 7, two a byte, and behind them the scale: all of a row lies in a few neighbouring bytes,
 * since fetching it takes longer than adding it up. `most`: of rows that are added at once.
 */
export function packRows(numbers: Int8Array, scales: Float32Array, size: number, most: number): Rows {
  const scaleAt = Math.ceil(size / 2 / WORD);
  const stride = 2 ** Math.ceil(Math.log2((scaleAt + 1) * WORD));
  const count = Math.floor(numbers.length / size);
  const bytes = new Uint8Array(count * stride);
  const floats = new Float32Array(bytes.buffer);
  for (let row = 0; row < count; row += 1) {
    for (let k = 0; k < size; k += 2) {
      const [low, high] = [
        numbers[row * size + k] ?? 0,
        k + 1 < size ? (numbers[row * size + k + 1] ?? 0) : 0,
      ];
      bytes[row * stride + k / 2] = (low & 15) | (high << 4);
    }
    floats[(row * stride) / WORD + scaleAt] = scales[row] ?? 0;
  }
  const from = new Int32Array(most + AT_ONCE);
  const factors = new Float32Array(most + AT_ONCE);

  return {
    add(scores, used, row, value) {
      // On its own: the processor then waits for many rows at a time.
      for (let at = 0; at < used; at += 1) {
        const start = (row[at] ?? 0) * stride;
        from[at] = start;
        factors[at] = (value[at] ?? 0) * (floats[start / WORD + scaleAt] ?? 0);
      }
      // What the last four lack: a row that counts nothing.
      factors.fill(0, used, used + AT_ONCE);
      from.fill(0, used, used + AT_ONCE);
      for (let at = 0; at < used; at += AT_ONCE) addFour(scores, bytes, from, factors, at);
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

/** Keeps what it is given. */
export function wholeRows(numbers: Int8Array, scales: Float32Array, size: number): WholeRows {
  const rows = scales.length;
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
