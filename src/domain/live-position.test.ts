import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppError } from '../errors.ts';
import {
  contains,
  covers,
  decode,
  encode,
  excluding,
  including,
  parseSnapshot,
  shortened,
  type Position,
  type Seen,
} from './live-position.ts';

const NOW = Date.UTC(2026, 10, 23);
const ID = '01930000-0000-7000-8000-000000000001';

const xids = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 6 });
const seen = fc
  .record({ below: fc.integer({ min: 0, max: 40 }), except: xids, also: xids })
  .map(({ below, except, also }): Seen => ({
    below,
    except: except.filter((xid) => xid < below),
    also: also.filter((xid) => xid >= below),
  }));
const listed = (set: Seen): number[] =>
  Array.from({ length: 45 }, (_, xid) => xid).filter((xid) => covers(set, xid));

describe('a set of transactions', () => {
  it('is what a snapshot of PostgreSQL shows', () => {
    expect(listed(parseSnapshot('3:6:3,5'))).toEqual([0, 1, 2, 4]);
    expect(listed(parseSnapshot('3:3:'))).toEqual([0, 1, 2]);
  });

  it('takes more in and leaves some out', () => {
    fc.assert(
      fc.property(seen, xids, (set, more) => {
        expect(listed(including(set, more))).toEqual(
          listed(set)
            .concat(more)
            .toSorted((a, b) => a - b)
            .filter(isFirst),
        );
        expect(listed(excluding(set, more))).toEqual(listed(set).filter((xid) => !more.includes(xid)));
      }),
    );
  });

  it('knows whether it contains another', () => {
    fc.assert(
      fc.property(seen, seen, (outer, inner) => {
        if (contains(outer, inner)) expect(listed(outer)).toEqual(expect.arrayContaining(listed(inner)));
        expect(contains(outer, outer)).toBe(true);
      }),
    );
  });

  it('loses nothing when it is shortened', () => {
    const snapshot = seen.map((set): Seen => ({ ...set, also: [] }));
    fc.assert(
      fc.property(snapshot, snapshot, xids, (early, late, more) => {
        fc.pre(contains(late, early));
        const set = including(early, more);
        const short = shortened(set, late);
        const both = Array.from({ length: 45 }, (_, xid) => xid).filter(
          (xid) => covers(set, xid) || covers(late, xid),
        );
        expect(listed(short)).toEqual(both);
      }),
    );
  });

  it('keeps what an older exception has given since, though it was still running in the later snapshot', () => {
    const given = including({ below: 10, except: [8], also: [] }, [8]);
    expect(covers(shortened(given, { below: 12, except: [8], also: [] }), 8)).toBe(true);
  });
});

describe('a cursor', () => {
  it('is the position that it was made of', () => {
    const position: Position = {
      from: NOW - 1_000,
      given: [
        { seen: { below: 7_000_000_000, except: [6_999_999_990], also: [7_000_000_005] }, upTo: null },
        { seen: { below: 0, except: [], also: [7_000_000_009] }, upTo: { at: NOW, id: ID } },
      ],
    };
    const cursor = encode(position);
    expect(decode(cursor, NOW)).toEqual(position);
    expect(cursor.length).toBeLessThan(300);
  });

  it('that is none is refused, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        (text) => {
          expect(codeOf(() => decode(text, NOW))).toBe('bad_input');
        },
      ),
    );
  });

  it.each([
    { f: -1, g: [[1, [], [], null]] },
    { f: NOW, g: [] },
    { f: NOW, g: Array.from({ length: 9 }, () => [1, [], [], null]) },
    { f: NOW, g: [[1, [], [], [NOW, "'; DROP TABLE"]]] },
    { f: NOW, g: [[1, [0.5], [], null]] },
    { f: NOW, g: [[1e300, [], [], null]] },
    { f: NOW, g: [[1, [], [], null]], x: 1 },
    { f: NOW - 25 * 3_600_000, g: [[1, [], [], null]] },
  ])('that was made up is refused (%#)', (made) => {
    const cursor = Buffer.from(JSON.stringify(made)).toString('base64url');
    expect(codeOf(() => decode(cursor, NOW))).toBe('bad_input');
  });
});

function isFirst(value: number, at: number, all: readonly number[]): boolean {
  return all.indexOf(value) === at;
}

function codeOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return (error as AppError).code;
  }
}

it('a cursor of a moment that no Date knows is refused', () => {
  for (const forged of [
    { f: 9e15, g: [[1, [], [], null]] },
    { f: NOW, g: [[1, [], [], [9e15, ID]]] },
  ]) {
    const cursor = Buffer.from(JSON.stringify(forged)).toString('base64url');
    expect(() => decode(cursor, NOW)).toThrow('is no cursor');
  }
});
