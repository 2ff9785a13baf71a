import { describe, expect, it } from 'vitest';
import { counted, indexIn, MOST_PAGES, PAGE, rowAt, sheetOf, wanted, withPage } from './sheet.ts';
import type { ReadPage, Sheet } from './sheet.ts';

type Row = { readonly id: string };

/** A page as the log gives it: `total` rows in all. */
function page(number: number, total: number): ReadPage<Row> {
  const first = number * PAGE;
  const rows = Array.from({ length: Math.max(0, Math.min(PAGE, total - first)) }, (_, at) => ({
    id: `r${first + at}`,
  }));
  const more = first + PAGE < total;
  return { rows, cursor: more ? `c${number}` : null, more };
}

/** Reads what is wanted until nothing is. */
function settled(sheet: Sheet<Row>, first: number, end: number, total: number): Sheet<Row> {
  let now = sheet;
  for (let next = wanted(now, first, end); next !== null; next = wanted(now, first, end)) {
    now = withPage(now, next, page(next, total), Math.floor(first / PAGE));
  }
  return now;
}

describe('a log that is read page by page', () => {
  it('is as long as it is counted, and any page of it can be asked for', () => {
    const sheet = counted(sheetOf(page(0, 100_000)), 100_000);
    expect(sheet.length).toBe(100_000);
    const end = settled(sheet, 99_970, 100_000, 100_000);
    expect(rowAt(end, 99_999)).toEqual({ id: 'r99999' });
    expect(rowAt(end, 50_000)).toBeUndefined();
    expect(indexIn(end, 'r99999')).toBe(99_999);
    expect(wanted(end, 49_990, 50_030)).toBe(249);
  });

  it('reads on in order while nobody has counted', () => {
    let sheet = sheetOf(page(0, 450));
    expect([sheet.length, sheet.more]).toEqual([200, true]);
    expect(wanted(sheet, 0, 40)).toBeNull();
    sheet = settled(sheet, 160, 200, 450);
    expect([sheet.length, sheet.more]).toEqual([400, true]);
    sheet = settled(sheet, 360, 400, 450);
    expect([sheet.length, sheet.more]).toEqual([450, false]);
    expect(wanted(sheet, 410, 450)).toBeNull();
    expect(sheet.cursors.get(2)).toBe('c1');
  });

  it('keeps the pages near the reader and the first one, and can read the others again', () => {
    let sheet = counted(sheetOf(page(0, 100_000)), 100_000);
    for (let first = 0; first < 100_000; first += 150) sheet = settled(sheet, first, first + 40, 100_000);
    expect(sheet.pages.size).toBe(MOST_PAGES);
    expect(rowAt(sheet, 0)).toEqual({ id: 'r0' });
    expect(rowAt(sheet, 30_000)).toBeUndefined();
    sheet = settled(sheet, 30_000, 30_040, 100_000);
    expect(rowAt(sheet, 30_000)).toEqual({ id: 'r30000' });
  });

  it('ends where a page is not full, whatever was counted', () => {
    const sheet = settled(counted(sheetOf(page(0, 900)), 1_000), 800, 1_000, 900);
    expect(sheet.length).toBe(900);
    expect(counted(sheetOf(page(0, 150)), 20).length).toBe(150);
  });

  it('reads the rows in sight first, then those ahead, then those behind', () => {
    const sheet = counted(sheetOf(page(0, 10_000)), 10_000);
    expect(wanted(sheet, 990, 1_010)).toBe(4);
    const inSight = withPage(withPage(sheet, 4, page(4, 10_000), 5), 5, page(5, 10_000), 5);
    expect(wanted(inSight, 990, 1_110)).toBe(6);
    expect(wanted(inSight, 890, 910)).toBe(3);
  });
});
