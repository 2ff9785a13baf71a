/** A row of a sparse matrix. */
export interface SparseRow {
  readonly places: Int32Array;
  readonly values: Float64Array;
}

const STEPS = 60;
const ENOUGH = 1e-3;

/**
 * Ridge regression: the weights w that make |Xw − y|² + penalty·|w|² least, for `columns` columns. Solved for as many
 * numbers as there are rows, (XXᵀ + penalty)a = y and w = Xᵀa, by conjugate gradients: the same input gives the same
 * numbers.
 */
export function ridge(
  rows: readonly SparseRow[],
  targets: readonly number[],
  columns: number,
  penalty: number,
): Float64Array {
  const solved = new Float64Array(rows.length);
  const rest = Float64Array.from(targets);
  const direction = rest.slice();
  const first = dot(rest, rest);
  let left = first;
  for (let step = 0; step < STEPS && left > ENOUGH ** 2 * first; step += 1) {
    const image = times(rows, spread(rows, direction, columns));
    for (let at = 0; at < image.length; at += 1)
      image[at] = (image[at] ?? 0) + penalty * (direction[at] ?? 0);
    const length = left / dot(direction, image);
    for (let at = 0; at < rest.length; at += 1) {
      solved[at] = (solved[at] ?? 0) + length * (direction[at] ?? 0);
      rest[at] = (rest[at] ?? 0) - length * (image[at] ?? 0);
    }
    const before = left;
    left = dot(rest, rest);
    for (let at = 0; at < rest.length; at += 1)
      direction[at] = (rest[at] ?? 0) + (left / before) * (direction[at] ?? 0);
  }
  return spread(rows, solved, columns);
}

/** Xw. */
function times(rows: readonly SparseRow[], weights: Float64Array): Float64Array {
  return Float64Array.from(rows, ({ places, values }) => {
    let sum = 0;
    for (let at = 0; at < places.length; at += 1) sum += (weights[places[at] ?? 0] ?? 0) * (values[at] ?? 0);
    return sum;
  });
}

/** Xᵀa. */
function spread(rows: readonly SparseRow[], factors: Float64Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  for (const [row, { places, values }] of rows.entries()) {
    const factor = factors[row] ?? 0;
    for (let at = 0; at < places.length; at += 1) {
      const place = places[at] ?? 0;
      sums[place] = (sums[place] ?? 0) + factor * (values[at] ?? 0);
    }
  }
  return sums;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
