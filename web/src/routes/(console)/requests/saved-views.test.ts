import { expect, it } from 'vitest';
import { layoutText, parseLayout, USUAL } from './columns.ts';
import { isChanged, nameProblem, readViews, shareHref, viewHref, writeViews } from './saved-views.ts';
import type { SavedView } from './saved-views.ts';

const VIEW: SavedView = {
  id: 'v1',
  name: 'Errors of Acme',
  search: 'status=ERROR&range=24h',
  layout: { columns: ['time', 'cost', 'model', 'menu'], widths: { model: 300 } },
};

it('comes back from storage as it went there; what is no view falls away', () => {
  const stored: unknown = JSON.parse(JSON.stringify(writeViews([VIEW])));
  expect(readViews(stored)).toEqual([VIEW]);
  expect(readViews([null, 3, { id: 'x' }, { ...VIEW, columns: 'gone' }])).toEqual([]);
  expect(readViews('nothing')).toEqual([]);
});

it('writes columns into an address, and reads them there', () => {
  expect(layoutText(VIEW.layout)).toBe('time,cost,model:300,menu');
  expect(parseLayout('time,cost,model:300,menu')).toEqual(VIEW.layout);
  expect(parseLayout('cost,nothing,cost')?.columns).toEqual(['time', 'cost', 'menu']);
  expect(parseLayout('')).toBeNull();
});

it('knows when what is shown is not the view any more, whatever the order of the address', () => {
  const same = new URLSearchParams('range=24h&status=ERROR&row=01930000&view=v1');
  expect(isChanged(VIEW, same, VIEW.layout)).toBe(false);
  expect(isChanged(VIEW, new URLSearchParams('range=24h'), VIEW.layout)).toBe(true);
  expect(isChanged(VIEW, same, USUAL)).toBe(true);
});

it('is shared without its name, and opened with it', () => {
  const search = new URLSearchParams('range=24h&row=01930000&view=v1&status=ERROR');
  expect(shareHref(search, VIEW.layout)).toBe(
    '/requests?range=24h&status=ERROR&columns=time%2Ccost%2Cmodel%3A300%2Cmenu',
  );
  expect(viewHref(VIEW)).toBe('/requests?status=ERROR&range=24h&view=v1');
});

it('wants a name that no other view has', () => {
  expect(nameProblem([VIEW], ' ', null)).toMatch(/needs a name/);
  expect(nameProblem([VIEW], 'errors of ACME', null)).toMatch(/Another view/);
  expect(nameProblem([VIEW], 'errors of ACME', 'v1')).toBeNull();
  expect(nameProblem([], 'x'.repeat(61), null)).toMatch(/60/);
});
