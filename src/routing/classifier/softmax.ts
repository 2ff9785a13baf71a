/** Scores become probabilities, in place. */
export function softmax(scores: Float32Array, temperature: number): Float32Array {
  let most = -Infinity;
  for (const score of scores) most = Math.max(most, score);
  let sum = 0;
  for (let k = 0; k < scores.length; k += 1) {
    const power = Math.exp(((scores[k] ?? 0) - most) / temperature);
    scores[k] = power;
    sum += power;
  }
  for (let k = 0; k < scores.length; k += 1) scores[k] = (scores[k] ?? 0) / sum;
  return scores;
}
