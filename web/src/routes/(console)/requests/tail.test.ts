import { describe, expect, it } from 'vitest';
import { arrive, extend, merge, MOST_HELD, MOST_LIVE, pause, resume, show, tailOf } from './tail.ts';
import type { Logged, TailRow } from './tail.ts';

const START = Date.parse('2026-11-23T12:00:00.000Z');
/** The row of a second; its id is in the order of time, as UUIDv7 are. */
const row = (second: number): TailRow => ({
  id: `row-${String(second).padStart(6, '0')}`,
  at: new Date(START + second * 1000).toISOString(),
});
const rows = (...seconds: number[]): TailRow[] => seconds.map(row);
const logged = (...seconds: number[]): Logged<TailRow>[] =>
  seconds.map((second) => ({ cursor: `after ${second}`, row: row(second) }));
const seconds = (list: readonly TailRow[]): number[] => list.map(({ id }) => Number(id.slice(4)));

describe('rows in order', () => {
  it('takes new ones at the top, old ones at the end and late ones in between, each once', () => {
    expect(seconds(merge(rows(5, 3), rows(9, 7)))).toEqual([9, 7, 5, 3]);
    expect(seconds(merge(rows(5, 3), rows(2, 1)))).toEqual([5, 3, 2, 1]);
    expect(seconds(merge(rows(9, 5, 3), rows(4, 10, 4, 5, 1)))).toEqual([10, 9, 5, 4, 3, 1]);
    const same = rows(5, 3);
    expect(merge(same, rows(3, 5))).toBe(same);
  });

  it('tells rows of the same millisecond apart', () => {
    const at = row(1).at;
    const twins = [
      { id: 'b', at },
      { id: 'a', at },
    ];
    expect(merge([{ id: 'c', at }], twins).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(merge(twins, twins)).toBe(twins);
  });
});

describe('a tail', () => {
  it('adds what comes, counts it once and knows where to go on', () => {
    const tail = arrive(tailOf(rows(3, 2)), logged(3, 5, 4));
    expect(seconds(tail.rows)).toEqual([5, 4, 3, 2]);
    expect(tail).toMatchObject({ arrived: 2, cursor: 'after 4' });
  });

  it('holds what comes while it is paused, for each reason', () => {
    let tail = pause(pause(tailOf(rows(1)), 'drawer'), 'scroll');
    tail = arrive(tail, logged(2, 3));
    expect([seconds(tail.rows), seconds(tail.held)]).toEqual([[1], [3, 2]]);
    tail = resume(tail, 'drawer');
    expect(seconds(tail.rows)).toEqual([1]);
    tail = resume(tail, 'scroll');
    expect([seconds(tail.rows), tail.held.length, tail.arrived]).toEqual([[3, 2, 1], 0, 2]);
  });

  it('shows what is held without going on, if asked', () => {
    const tail = show(arrive(pause(tailOf(rows(1)), 'drawer'), logged(2)));
    expect([seconds(tail.rows), tail.pauses.has('drawer')]).toEqual([[2, 1], true]);
    expect(seconds(arrive(tail, logged(3)).held)).toEqual([3]);
  });

  it('holds a thousand and no more, and loses none of the others', () => {
    const count = MOST_HELD + 500;
    let tail = pause(tailOf(rows(0)), 'button');
    for (let second = 1; second <= count; second += 300) {
      const some = Array.from({ length: Math.min(300, count - second + 1) }, (_, index) => second + index);
      tail = arrive(tail, logged(...some));
    }
    expect(tail).toMatchObject({ overflown: true, cursor: `after ${MOST_HELD}` });
    expect(tail.held.length).toBe(MOST_HELD);
    tail = resume(tail, 'button');
    expect(tail).toMatchObject({ overflown: false, cursor: `after ${MOST_HELD}` });
    // The server goes on after the cursor.
    const rest = Array.from({ length: 500 }, (_, index) => MOST_HELD + 1 + index);
    tail = arrive(tail, logged(...rest));
    expect(seconds(tail.rows)).toEqual(Array.from({ length: count + 1 }, (_, index) => count - index));
  });

  it('reads on behind the last, each row once', () => {
    expect(seconds(extend(tailOf(rows(5, 4)), rows(4, 3)).rows)).toEqual([5, 4, 3]);
  });

  it('lets the oldest go when there are too many', () => {
    const many = Array.from({ length: MOST_LIVE }, (_, index) => MOST_LIVE - index);
    const tail = arrive(tailOf(rows(...many)), logged(MOST_LIVE + 1, MOST_LIVE + 2));
    expect(tail.rows.length).toBe(MOST_LIVE);
    expect(seconds(tail.rows).at(0)).toBe(MOST_LIVE + 2);
    expect(seconds(tail.rows).at(-1)).toBe(3);
  });
});
