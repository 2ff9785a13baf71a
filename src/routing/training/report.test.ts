import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { figuresOf } from './figures.ts';
import { LABEL_NAMES } from './labels.ts';
import { crossValidate, judge, openShipped } from './own-set.ts';
import { qualityOf } from './quality.ts';
import { ownRows } from './rows.ts';

/** The figures that docs/router-report.md states; a change that makes them worse has to say so there. */
interface Stated {
  readonly strict: number;
  readonly lenient: number;
  readonly macroF1: number;
  readonly tier: number;
  readonly under: number;
  readonly german: number;
  readonly flips: number;
}

function stated(): Stated {
  const text = readFileSync(new URL('../../../docs/router-report.md', import.meta.url), 'utf8');
  const found = /```json figures\n([\s\S]*?)\n```/.exec(text)?.[1];
  if (found === undefined) throw new Error('docs/router-report.md states no figures');
  return JSON.parse(found) as Stated;
}

const ROUNDING = 0.001;
const rows = ownRows();

test('our own set is as large and as varied as the model card says', () => {
  const byLabel = Map.groupBy(rows, (row) => row.label);
  expect([...byLabel.keys()].toSorted()).toEqual(LABEL_NAMES.toSorted());
  for (const [label, some] of byLabel) {
    expect([label, some.filter((row) => row.lang === 'en').length >= 40]).toEqual([label, true]);
    expect([label, some.filter((row) => row.lang === 'de').length >= 20]).toEqual([label, true]);
    for (const row of some) for (const other of row.accept) expect(LABEL_NAMES).toContain(other);
  }
});

test('what ships was trained on our own set as it is', () => {
  // It has seen these rows: less than nearly all of them right means that rows or features have changed since.
  expect(figuresOf(judge(openShipped(), rows), 1).strict).toBeGreaterThan(0.95);
});

test('the recipe is as good as the report states, on rows that it has not seen', () => {
  // Two parts of five: what all of them say, in a third of the time.
  const { judged, flips } = crossValidate(rows, 2);
  const figures = figuresOf(judged, 1);
  const german = figuresOf(
    judged.filter(({ row }) => row.lang === 'de'),
    1,
  );
  const expected = stated();
  expect(figures.strict).toBeGreaterThanOrEqual(expected.strict - ROUNDING);
  expect(figures.lenient).toBeGreaterThanOrEqual(expected.lenient - ROUNDING);
  expect(figures.macroF1).toBeGreaterThanOrEqual(expected.macroF1 - ROUNDING);
  expect(figures.tier).toBeGreaterThanOrEqual(expected.tier - ROUNDING);
  expect(figures.under).toBeLessThanOrEqual(expected.under + ROUNDING);
  expect(german.strict).toBeGreaterThanOrEqual(expected.german - ROUNDING);
  const shares = Object.values(flips);
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  expect(mean).toBeLessThanOrEqual(expected.flips + ROUNDING);
}, 300_000);

test('the value of routing is what its definition says', () => {
  const prompt = (gain: number, demand: number) => ({
    weak: 0.5,
    strong: 0.5 + gain,
    demand,
    weakCost: 1,
    strongCost: 10,
  });
  // Half of the prompts gain, and a perfect router asks for exactly those.
  const perfect = qualityOf([prompt(0.5, 1), prompt(0.5, 1), prompt(0, 0), prompt(0, 0)]);
  expect(perfect).toMatchObject({ weak: 0.5, strong: 0.75, cpt50: 0.25, share95: 0.5 });
  expect(perfect.apgr).toBeGreaterThan(0.6);
  // Four prompts tell next to nothing, four hundred of the same a good deal.
  const width = ({ interval95: [low, high] }: ReturnType<typeof qualityOf>): number => high - low;
  const many = Array.from({ length: 400 }, (_, at) => prompt(at % 2 === 0 ? 0.5 : 0, at % 2 === 0 ? 1 : 0));
  expect(width(perfect)).toBeGreaterThan(0.5);
  expect(width(qualityOf(many))).toBeLessThan(0.12);
  const worst = qualityOf([prompt(0.5, 0), prompt(0.5, 0), prompt(0, 1), prompt(0, 1)]);
  expect(worst.apgr).toBeLessThan(0.4);
});
