import { describe as suite, expect, it } from 'vitest';
import {
  bucketLabel,
  bucketWord,
  describe,
  highest,
  rankColor,
  stackBounds,
  toCsv,
  totalAt,
  valuesAt,
  type Bucket,
  type Series,
} from './series.ts';

const HOUR = 3_600_000;
const START = new Date(2026, 10, 23, 12).getTime();
const BUCKETS: readonly Bucket[] = [0, 1, 2].map((index) => ({
  from: START + index * HOUR,
  to: START + (index + 1) * HOUR,
}));

function series(key: string, kind: Series['kind'], values: Series['values']): Series {
  return { key, label: key, color: 'var(--series-1)', kind, values };
}

suite('what a chart draws', () => {
  const parts = [series('input', 'stack', [3, 0, 1]), series('output', 'stack', [1, null, 2])];

  it('stacks the parts of a whole from the bottom', () => {
    expect(stackBounds([...parts, series('line', 'line', [9, 9, 9])])).toEqual(
      new Map([
        [
          'input',
          [
            [0, 3],
            [0, 0],
            [0, 1],
          ],
        ],
        [
          'output',
          [
            [3, 4],
            [0, 0],
            [1, 3],
          ],
        ],
      ]),
    );
  });

  it('is as high as its highest point, stacks included', () => {
    expect(highest(parts)).toBe(4);
    expect(highest([...parts, series('line', 'line', [null, 7, 1])])).toBe(7);
    expect(highest([])).toBe(0);
  });

  it('lists the largest first, what was not measured last, and sums up only parts', () => {
    const rows = valuesAt(
      [series('a', 'line', [1]), series('b', 'line', [null]), series('c', 'line', [5])],
      0,
    );
    expect(rows.map(({ series: { key }, value }) => [key, value])).toEqual([
      ['c', 5],
      ['a', 1],
      ['b', null],
    ]);
    expect(totalAt(parts, 0)).toBe(4);
    expect(totalAt(parts, 1)).toBe(0);
    expect(totalAt([series('a', 'line', [1]), series('b', 'line', [2])], 0)).toBeNull();
  });

  it('has five colours, and grey for the rest', () => {
    expect([0, 4, 5, 40].map(rankColor)).toEqual([
      'var(--series-1)',
      'var(--series-5)',
      'var(--series-other)',
      'var(--series-other)',
    ]);
  });
});

suite('a chart in words', () => {
  it('names its buckets', () => {
    expect(bucketLabel(BUCKETS[0] as Bucket)).toBe('23 Nov, 12:00');
    expect(bucketLabel({ from: START, to: START + 24 * HOUR })).toBe('Mon 23 Nov');
    expect(bucketWord(BUCKETS)).toBe('hour');
    expect(bucketWord([{ from: START, to: START + 25 * HOUR }])).toBe('day');
    expect(bucketWord([{ from: START, to: START + 12 * HOUR }])).toBe('12 hours');
    expect(bucketWord([{ from: START, to: START + 7 * 24 * HOUR }])).toBe('7 days');
    expect(bucketWord([{ from: START, to: START + HOUR / 4 }])).toBe('15 min');
  });

  it('says where each series is highest', () => {
    const text = describe(
      BUCKETS,
      [series('p95', 'line', [null, 40, 10]), series('p99', 'line', [null, null, null])],
      (ms) => `${ms} ms`,
    );
    expect(text).toBe(
      'From 23 Nov, 12:00 to 23 Nov, 14:00, by the hour. p95: at most 40 ms, 23 Nov, 13:00. p99: nothing measured.',
    );
    expect(describe([], [], String)).toBe('There is nothing to draw.');
  });

  it('is a table for programs, in which nothing is a formula', () => {
    const [first] = BUCKETS as [Bucket];
    const iso = (ms: number) => new Date(ms).toISOString();
    expect(
      toCsv([first], [{ ...series('a', 'line', [-0.5]), label: '=SUM("x")' }, series('b', 'line', [null])]),
    ).toBe(`from,to,"'=SUM(""x"")",b\r\n${iso(first.from)},${iso(first.to)},-0.5,\r\n`);
  });
});
