import { describe, expect, it } from 'vitest';
import type { AuditRowFragment } from '#lib/generated/graphql.ts';
import { actionWords, nameBook } from './names.ts';
import { sentenceOf, sentenceText } from './sentence.ts';

const TENANT = '0199aaaa-0000-7000-8000-000000000001';
const USER = '0199aaaa-0000-7000-8000-000000000002';
const book = nameBook({
  users: [{ id: USER, username: 'mo' }],
  tenants: [{ id: TENANT, name: 'Acme' }],
  providers: [],
  categories: [],
  ruleSets: [],
});

const entry = (action: string, more: Partial<AuditRowFragment>): AuditRowFragment => ({
  id: 'e',
  at: '2026-11-20T10:00:00.000Z',
  actorId: 'a',
  actorName: 'ada',
  accessTokenId: null,
  address: '192.0.2.1',
  action,
  targetType: action.split('.')[0] ?? '',
  targetId: TENANT,
  tenantId: null,
  before: null,
  after: null,
  ...more,
});
const told = (action: string, more: Partial<AuditRowFragment>) =>
  sentenceText(sentenceOf(entry(action, more), book));

describe('an entry in a sentence', () => {
  it('says what one change is about', () => {
    const rateLimit = (requestsPerMinute: number) => ({ name: 'Acme', rateLimit: { requestsPerMinute } });
    expect(told('tenant.update', { before: rateLimit(60), after: rateLimit(120) })).toBe(
      'ada raised Acme’s request limit 60 a minute → 120 a minute',
    );
    expect(told('tenant.update', { before: rateLimit(60), after: rateLimit(0) })).toBe(
      'ada changed Acme’s request limit 60 a minute → no limit',
    );
    expect(
      told('tenant.update', {
        before: { name: 'Acme', active: true },
        after: { name: 'Acme', active: false },
      }),
    ).toBe('ada switched off Acme');
    expect(told('tenant.update', { before: { name: 'Old' }, after: { name: 'New' } })).toBe(
      'ada renamed Old to New',
    );
    expect(told('tenant.update', { before: { name: 'Acme' }, after: { name: 'Acme' } })).toBe(
      'ada saved Acme without a change',
    );
  });

  it('counts changes, and leaves what would be too long to the list beneath', () => {
    const many = (n: number) => ({
      name: 'Acme',
      slug: `s${n}`,
      keyLifetimeDays: n,
      baseUrl: `u${n}`,
      notes: `${n}`,
    });
    expect(told('tenant.update', { before: many(1), after: many(2) })).toBe(
      'ada changed Acme: slug, days a new key lives and 2 more',
    );
    const long = (sign: string) => ({ name: 'Acme', notes: sign.repeat(80) });
    expect(told('tenant.update', { before: long('a'), after: long('b') })).toBe('ada changed Acme’s notes');
  });

  it('knows people, their roles and their sessions', () => {
    const user = (role: string) => ({ username: 'mo', role, active: true });
    const of = { targetType: 'user', targetId: USER };
    expect(told('user.create', { ...of, after: user('tenant-admin') })).toBe(
      'ada added the user mo as Tenant admin',
    );
    expect(
      told('user.update', { ...of, before: user('finops'), after: { ...user('admin'), sessionsEnded: 2 } }),
    ).toBe('ada made mo Admin, was FinOps');
    expect(
      told('user.update', {
        ...of,
        before: user('finops'),
        after: { ...user('finops'), passwordChanged: true },
      }),
    ).toBe('ada set a new password for mo');
    expect(told('session.login', of)).toBe('ada signed in');
    expect(told('session.revoke', { ...of, after: { sessionsEnded: 3 } })).toBe(
      'ada signed mo out everywhere: 3 sessions',
    );
    expect(told('session.revoke', { ...of, actorId: USER, after: { sessionsEnded: 1 } })).toBe(
      'ada ended 1 session of their own',
    );
  });

  it('names a key with its tenant, and what is gone by what the entry remembers', () => {
    expect(
      told('key.create', { targetId: 'k', tenantId: TENANT, after: { label: 'ci', prefix: 'omp-12' } }),
    ).toBe('ada made the key ci of Acme');
    expect(told('provider.delete', { targetId: 'p', before: { name: 'Old vendor' } })).toBe(
      'ada deleted the provider Old vendor',
    );
    const { object } = sentenceOf(entry('tenant.delete', { before: { name: 'Acme' } }), book);
    expect(object?.href).toBeNull();
  });

  it('says which models a tenant may use', () => {
    const may = (mode: string, list: readonly string[]) =>
      told('tenant.modelConfig', { after: { name: 'Acme', modelConfig: { mode, list } } });
    expect(may('all', [])).toBe('ada changed which models Acme may use: all');
    expect(may('whitelist', ['a', 'b', 'c', 'd'])).toBe(
      'ada changed which models Acme may use: only a, b, c and 1 more',
    );
    expect(may('whitelist', [])).toBe('ada changed which models Acme may use: none');
    expect(may('blacklist', ['a'])).toBe('ada changed which models Acme may use: all but a');
  });

  it('tells the program from people', () => {
    expect(
      told('ruleSet.create', { actorId: null, actorName: 'seed', address: '', after: { name: 'Default' } }),
    ).toBe('The program (seed) added the rule set Default');
    expect(told('session.loginFailed', { actorId: null, actorName: 'nobody', targetId: '' })).toBe(
      'nobody failed to sign in',
    );
  });

  it('tells of secrets that they were replaced', () => {
    expect(
      told('ldap.update', {
        targetType: 'setting',
        targetId: 'ldap',
        before: { url: 'x' },
        after: { url: 'x', bindPasswordChanged: true },
      }),
    ).toBe('ada replaced the directory’s bind password');
  });

  it('says of a rule set that a version was published', () => {
    const set = {
      targetType: 'ruleSet',
      before: { name: 'House', version: 1 },
      after: { name: 'House', version: 2 },
    };
    expect(told('ruleSet.update', set)).toBe('ada published version 2 of House');
  });

  it('names actions as a list of them is read', () => {
    expect(['ruleSet.update', 'session.loginFailed', 'comet.update'].map(actionWords)).toEqual([
      'Rule set: update',
      'Session: login failed',
      'comet: update',
    ]);
  });

  it('leads to the page of what was changed', () => {
    const category = sentenceOf(entry('category.update', { targetType: 'category', targetId: USER }), book);
    expect(category.object?.href).toBe(`/categories/${USER}`);
    const key = sentenceOf(entry('key.rotate', { targetType: 'key', tenantId: TENANT }), book);
    expect(key.object?.href).toBe(`/tenants/${TENANT}/keys`);
    const gone = sentenceOf(entry('category.delete', { targetType: 'category', targetId: USER }), book);
    expect(gone.object?.href).toBeNull();
  });

  it('has words for an action that it does not know', () => {
    expect(
      told('comet.update', { targetType: 'comet', targetId: 'halley', before: { x: 1 }, after: { x: 2 } }),
    ).toBe('ada raised halley’s x 1 → 2');
    expect(told('comet.create', { targetType: 'comet', targetId: 'halley', after: { x: 1 } })).toBe(
      'ada added halley',
    );
  });
});
