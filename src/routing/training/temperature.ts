import { softmax } from '../classifier/softmax.ts';
import { LABEL_NAMES } from './labels.ts';
import type { Judged } from './learn.ts';

/** The temperature with the least log loss on predictions for unseen sources: found by golden-section search. */
export function fitTemperature(judged: readonly Judged[]): number {
  const places = new Map(LABEL_NAMES.map((label, index) => [label, index]));
  const loss = (temperature: number): number => {
    let sum = 0;
    for (const { row, scores } of judged) {
      const found = softmax(Float32Array.from(scores), temperature);
      sum -= Math.log(Math.max(1e-9, found[places.get(row.label) ?? 0] ?? 0));
    }
    return sum;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0.3, 6];
  for (let step = 0; step < 24; step += 1) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return Math.round(((low + high) / 2) * 1_000) / 1_000;
}
