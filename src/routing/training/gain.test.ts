import { expect, test } from 'vitest';
import { learnGain, meansOf, type GainRow } from './gain.ts';

const [GAINS, LOSES, COMMON, ELSEWHERE] = [11, 22, 33, 44];
const features = (...hashes: number[]) => ({
  hash: Int32Array.from(hashes),
  value: Float32Array.from(hashes, () => 3),
  dense: new Float32Array(2),
});
const lessons: GainRow[] = Array.from({ length: 400 }, (_, at) => ({
  features: features(at % 2 === 0 ? GAINS : LOSES, COMMON, ...(at % 4 === 0 ? [ELSEWHERE] : [])),
  gain: at % 2 === 0 ? 0.5 : 0,
  subject: at % 2 === 0 ? 'a' : 'b',
}));

function weightsOf(ordinary: Parameters<typeof learnGain>[1]): Map<number, number> {
  const known = Int32Array.from([99, LOSES]);
  const { hashes, weights } = learnGain(lessons, ordinary, known);
  // The dense features come last, and have no weight.
  expect(weights.slice(-2)).toEqual(new Float32Array(2));
  return new Map([...known, ...hashes].map((hash, at) => [hash, weights[at] ?? 0]));
}

test('what comes with gain has weight, by the place that the model gives it', () => {
  const weights = weightsOf([]);
  expect([...weights.keys()].toSorted((a, b) => a - b)).toEqual([GAINS, LOSES, COMMON, ELSEWHERE, 99]);
  expect(weights.get(GAINS)).toBeGreaterThan(0);
  expect(weights.get(LOSES)).toBeLessThan(0);
  expect(weights.get(COMMON)).toBe(0);
  expect(weights.get(99)).toBe(0);
});

test('what ordinary prompts have, too, counts less', () => {
  const ordinary = Array.from({ length: 2_000 }, () => ({ features: features(ELSEWHERE), tier: 1 }));
  const [alone, among] = [weightsOf([]), weightsOf(ordinary)];
  expect(Math.abs(among.get(ELSEWHERE) ?? 0)).toBeLessThan(Math.abs(alone.get(ELSEWHERE) ?? 0) / 2);
});

test('a subject of few prompts is drawn towards the mean of all', () => {
  const rows = [
    { gain: 1, subject: 'rare' },
    ...Array.from({ length: 79 }, () => ({ gain: 0, subject: 'b' })),
  ];
  const means = meansOf(rows);
  expect(means.get('rare')).toBeCloseTo((1 + 20 / 80) / 21, 9);
  expect(means.get('b')).toBeLessThan(means.get('rare') ?? 0);
});
