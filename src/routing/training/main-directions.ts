/** Principal components: the rows, centred, in the `size` directions in which they differ most (subspace iteration). */
export function mainDirections(rows: readonly Float32Array[], size: number): Float32Array[] {
  const width = rows[0]?.length ?? 0;
  const mean = new Float64Array(width);
  for (const row of rows)
    for (let d = 0; d < width; d += 1) mean[d] = (mean[d] ?? 0) + (row[d] ?? 0) / rows.length;
  const spread = covariance(rows, mean);
  let basis = start(width, size);
  for (let step = 0; step < STEPS; step += 1) {
    const next = new Float64Array(width * size);
    for (let a = 0; a < width; a += 1) {
      for (let b = 0; b < width; b += 1) {
        const factor = spread[a * width + b] ?? 0;
        for (let p = 0; p < size; p += 1)
          next[a * size + p] = (next[a * size + p] ?? 0) + factor * (basis[b * size + p] ?? 0);
      }
    }
    basis = orthonormal(next, width, size);
  }
  return rows.map((row) => {
    const reduced = new Float32Array(size);
    for (let d = 0; d < width; d += 1) {
      const value = (row[d] ?? 0) - (mean[d] ?? 0);
      for (let p = 0; p < size; p += 1) reduced[p] = (reduced[p] ?? 0) + value * (basis[d * size + p] ?? 0);
    }
    return reduced;
  });
}

const STEPS = 8;
/** So many rows tell the directions well enough. */
const SAMPLE = 6_000;

function covariance(rows: readonly Float32Array[], mean: Float64Array): Float64Array {
  const width = mean.length;
  const sum = new Float64Array(width * width);
  const every = Math.max(1, Math.floor(rows.length / SAMPLE));
  for (let index = 0; index < rows.length; index += every) {
    const row = rows[index];
    for (let a = 0; a < width; a += 1) {
      const value = (row?.[a] ?? 0) - (mean[a] ?? 0);
      for (let b = 0; b < width; b += 1)
        sum[a * width + b] = (sum[a * width + b] ?? 0) + value * ((row?.[b] ?? 0) - (mean[b] ?? 0));
    }
  }
  return sum;
}

/** Any basis will do, as long as it is the same every time. */
function start(width: number, size: number): Float64Array {
  const basis = new Float64Array(width * size);
  for (let at = 0; at < basis.length; at += 1) basis[at] = Math.sin(at * 12.9898) % 1;
  return orthonormal(basis, width, size);
}

/** Gram and Schmidt. */
function orthonormal(basis: Float64Array, width: number, size: number): Float64Array {
  for (let p = 0; p < size; p += 1) {
    for (let q = 0; q < p; q += 1) {
      let dot = 0;
      for (let d = 0; d < width; d += 1) dot += (basis[d * size + p] ?? 0) * (basis[d * size + q] ?? 0);
      for (let d = 0; d < width; d += 1)
        basis[d * size + p] = (basis[d * size + p] ?? 0) - dot * (basis[d * size + q] ?? 0);
    }
    let length = 0;
    for (let d = 0; d < width; d += 1) length += (basis[d * size + p] ?? 0) ** 2;
    const factor = 1 / (Math.sqrt(length) || 1);
    for (let d = 0; d < width; d += 1) basis[d * size + p] = (basis[d * size + p] ?? 0) * factor;
  }
  return basis;
}
