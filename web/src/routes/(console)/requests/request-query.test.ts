import { describe, expect, it } from 'vitest';
import {
  dropCondition,
  dropConditions,
  parseTyped,
  readView,
  rowsKey,
  withCondition,
  withParts,
} from './request-query.ts';

const NOW = Date.parse('2026-11-23T13:05:30.000Z');
const TENANT = '0198c5b0-0000-7000-8000-000000000001';
const read = (search: string) => readView(new URLSearchParams(search), NOW, 'UTC');

describe('the address of the log', () => {
  it('is everything when it says nothing', () => {
    expect(read('')).toMatchObject({ filter: {}, conditions: [], sort: null, live: false, id: null });
  });

  it('names every filter of the API', () => {
    const search = `range=1h&tenant=${TENANT}&key=${TENANT}&model=m&provider=p&category=c&user=u&session=s&status=ERROR&routed=yes`;
    expect(read(search).filter).toEqual({
      tenantId: TENANT,
      keyId: TENANT,
      model: 'm',
      providerSlug: 'p',
      category: 'c',
      user: 'u',
      sessionId: 's',
      status: 'ERROR',
      autoRouted: true,
      from: '2026-11-23T12:05:30.000Z',
    });
  });

  it('names a rule set that decided, or one version of it', () => {
    expect(read(`ruleset=${TENANT}`).filter).toEqual({ ruleSetId: TENANT });
    expect(read(`ruleset=${TENANT}@12`).filter).toEqual({ ruleSetId: TENANT, ruleSetVersion: 12 });
    for (const none of ['Default', `${TENANT}@0`, `${TENANT}@x`, `${TENANT}@`]) {
      expect(read(`ruleset=${none}`).conditions).toEqual([]);
    }
    expect(read(`not=ruleset:${TENANT}`).conditions).toEqual([]);
  });

  it('takes two moments, and excludes as often as it is asked to', () => {
    const search =
      'from=2026-11-20T08:00:00Z&to=2026-11-20T09:00:00Z&not=model:a:b&not=model:c&not=status:ERROR';
    expect(read(search).filter).toEqual({
      from: '2026-11-20T08:00:00.000Z',
      to: '2026-11-20T09:00:00.000Z',
      exclude: { models: ['a:b', 'c'], statuses: ['ERROR'] },
    });
  });

  it('leaves out what is no value instead of failing', () => {
    const search =
      'status=GREAT&tenant=acme&routed=maybe&model=&not=routed:yes&not=nothing&not=key:x&sort=luck&id=7';
    expect(read(search)).toMatchObject({ filter: {}, conditions: [], sort: null, id: null });
  });

  it('knows the empty category and the empty user, which are values like others', () => {
    expect(read('category=&not=user:').filter).toEqual({ category: '', exclude: { users: [''] } });
  });

  it('is live only where new requests can come to the top', () => {
    expect(read('live=1').live).toBe(true);
    expect(read('live=1&from=2026-11-20T08:00:00Z&to=2026-11-20T09:00:00Z').live).toBe(false);
    expect(read('live=1&sort=cost').live).toBe(false);
    expect(read(`live=1&id=${TENANT}`)).toMatchObject({ live: false, id: TENANT });
  });

  it('asks for rows anew only when the rows are others', () => {
    const key = (search: string) => rowsKey(new URLSearchParams(search));
    expect(key('model=m&row=1&tab=raw&live=1')).toBe(key('model=m'));
    expect(key('model=m&sort=cost')).not.toBe(key('model=m'));
  });

  it('gains and loses conditions', () => {
    const search = new URLSearchParams('range=1h&model=a&id=x');
    const model = { field: 'model', value: 'b', not: false } as const;
    expect(withCondition(search, model)).toBe('/requests?range=1h&model=b');
    const not = { ...model, value: 'a', not: true };
    expect(withCondition(search, not)).toBe('/requests?range=1h&not=model%3Aa');
    const both = new URLSearchParams('not=model:a&not=model:b');
    expect(withCondition(both, not)).toBe('/requests?not=model%3Aa&not=model%3Ab');
    expect(withCondition(both, { ...model, value: 'a' })).toBe('/requests?not=model%3Ab&model=a');
    expect(dropCondition(both, not)).toBe('/requests?not=model%3Ab');
    expect(dropConditions(new URLSearchParams('range=7d&model=a&not=user:x'))).toBe('/requests?range=7d');
    expect(withParts(search, { id: '', row: 'r' })).toBe('/requests?range=1h&model=a&row=r');
  });
});

it('understands a condition that is typed', () => {
  expect(parseTyped('model:gpt-4o')).toEqual({ field: 'model', value: 'gpt-4o', not: false });
  expect(parseTyped('-status: error')).toEqual({ field: 'status', value: 'ERROR', not: true });
  expect(parseTyped('user:"a b"')).toMatchObject({ value: 'a b' });
  expect(['gpt', 'colour:red', '-routed:yes', 'tenant:acme', 'status:fine'].map(parseTyped)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});
