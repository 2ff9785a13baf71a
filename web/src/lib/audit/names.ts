import type { AuditNamesQuery, AuditRowFragment } from '#lib/generated/graphql.ts';
import { isRecord } from './diff.ts';

/** Names by id, of everything that an entry may point at. */
export type NameBook = ReadonlyMap<string, string>;

export function nameBook(names: AuditNamesQuery | null): NameBook {
  if (names === null) return new Map();
  return new Map([
    ...names.users.map(({ id, username }) => [id, username] as const),
    ...names.tenants.map(({ id, name }) => [id, name] as const),
    ...names.providers.map(({ id, name }) => [id, name] as const),
    ...names.categories.map(({ id, name }) => [id, name] as const),
    ...names.ruleSets.map(({ id, name }) => [id, name] as const),
  ]);
}

/** What an entry is about. */
export interface AuditObject {
  readonly name: string;
  /** Its page; null = it has none, or is gone. */
  readonly href: string | null;
}

export function objectOf(entry: AuditRowFragment, book: NameBook): AuditObject {
  const { targetType, targetId, tenantId, action, after, before } = entry;
  const facts = { ...asRecord(before), ...asRecord(after) };
  const isGone = action.endsWith('.delete');
  const at = (href: string): string | null => (isGone ? null : href);
  switch (targetType) {
    case 'user':
      return {
        name: named(facts, 'username') ?? known(targetId, book),
        href: targetId === '' ? null : at(`/users/${targetId}`),
      };
    case 'tenant':
      return { name: named(facts, 'name') ?? known(targetId, book), href: at(`/tenants/${targetId}`) };
    case 'provider':
      return { name: named(facts, 'name') ?? known(targetId, book), href: at(`/providers/${targetId}`) };
    case 'model': {
      const provider = named(facts, 'providerId');
      const name = named(facts, 'modelId') ?? named(facts, 'tier') ?? known(targetId, book);
      return { name, href: provider === null ? '/models' : at(`/providers/${provider}`) };
    }
    case 'key': {
      const tenant = tenantId === null ? null : known(tenantId, book);
      const key = named(facts, 'label') ?? named(facts, 'prefix') ?? short(targetId);
      const href = tenantId === null || !book.has(tenantId) ? null : `/tenants/${tenantId}/keys`;
      return { name: tenant === null ? key : `${key} of ${tenant}`, href };
    }
    case 'category':
      return {
        name: named(facts, 'name') ?? known(targetId, book),
        href: at(targetId === '' ? '/categories' : `/categories/${targetId}`),
      };
    case 'ruleSet':
      return { name: named(facts, 'name') ?? known(targetId, book), href: at(`/routing/${targetId}`) };
    case 'accessToken':
      return { name: named(facts, 'name') ?? short(targetId), href: '/tokens' };
    case 'pod':
      return { name: named(facts, 'host') ?? short(targetId), href: '/system' };
    default:
      return SETTINGS[targetId] ?? { name: targetId, href: null };
  }
}

const SETTINGS: Readonly<Record<string, AuditObject>> = {
  ldap: { name: 'the directory', href: '/directory' },
  log: { name: 'the log settings', href: '/system' },
  setup: { name: 'the setup', href: null },
};

/** As a filter names it: one kind of thing. */
export const TYPE_WORDS: Readonly<Record<string, string>> = {
  user: 'User',
  tenant: 'Tenant',
  key: 'Tenant key',
  provider: 'Provider',
  model: 'Model',
  category: 'Category',
  ruleSet: 'Rule set',
  accessToken: 'Access token',
  setting: 'Settings',
  pod: 'Process',
};

/** What actions begin with that is no kind of thing. */
const ACTION_WORDS: Readonly<Record<string, string>> = {
  session: 'Session',
  setup: 'Setup',
  ldap: 'Directory',
  settings: 'Settings',
};

/** "ruleSet.setDefault" → "Rule set: set default". */
export function actionWords(action: string): string {
  const [type = '', verb = ''] = action.split('.');
  const thing = TYPE_WORDS[type] ?? ACTION_WORDS[type] ?? type;
  return `${thing}: ${verb.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;
}

function known(id: string, book: NameBook): string {
  return book.get(id) ?? (id === '' ? 'somebody unknown' : short(id));
}

export function short(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id;
}

function named(facts: Readonly<Record<string, unknown>>, member: string): string | null {
  const value = facts[member];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
