import { describe, expect, it } from 'vitest';
import { isFiltered, readAuditView, withAuditParts } from './audit-query.ts';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const view = (search: string) => readAuditView(new URLSearchParams(search), NOW, 'UTC');

describe('the address of the audit log', () => {
  it('is a filter and a page', () => {
    expect(view('').variables).toEqual({ filter: {}, first: 50 });
    expect(view('actor=ada&action=tenant.update&type=tenant&object=t1&after=c').variables).toEqual({
      filter: { actor: 'ada', action: 'tenant.update', targetType: 'tenant', targetId: 't1' },
      first: 50,
      after: 'c',
    });
    expect(view('before=c').variables).toEqual({ filter: {}, last: 50, before: 'c' });
    expect(view('range=1h&tenant=x').variables.filter).toEqual({
      tenantId: 'x',
      from: '2026-11-23T11:00:00.000Z',
    });
  });

  it('knows whether anything limits it', () => {
    expect(isFiltered(view('after=c&open=e'))).toBe(false);
    expect(isFiltered(view('range=1h'))).toBe(true);
    expect(isFiltered(view('actor=%20'))).toBe(false);
    expect(isFiltered(view('show=changes'))).toBe(true);
    expect(view('show=changes').variables.filter).toEqual({ changesOnly: true });
  });

  it('leaves the page with the filter, but not when an entry is opened', () => {
    const search = new URLSearchParams('type=tenant&after=c&open=e1');
    expect(withAuditParts(search, { open: 'e2' })).toBe('/audit?type=tenant&after=c&open=e2');
    expect(withAuditParts(search, { actor: 'ada' })).toBe('/audit?type=tenant&actor=ada');
    expect(withAuditParts(search, { type: '' })).toBe('/audit');
  });
});
