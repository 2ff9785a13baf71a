import { formatCount, counted } from '#lib/format/count.ts';
import { formatExactMoment } from '#lib/format/time.ts';
import { readRole, roleLabel } from '#lib/people/roles.ts';
import type { Change } from './diff.ts';
import type { NameBook } from './names.ts';

/** Members whose own name says too little, or too much. */
const LABELS: Readonly<Record<string, string>> = {
  active: 'state',
  enabled: 'state',
  requestsPerMinute: 'request limit',
  tokensPerMinute: 'token limit',
  tenantIds: 'tenants',
  providerIds: 'providers',
  keyLifetimeDays: 'days a new key lives',
  baseUrl: 'address',
  modelConfig: 'models',
  groupMapping: 'groups',
  bindDn: 'bind DN',
  groupDn: 'group',
  tlsCaCert: 'authorities to trust',
  startTls: 'StartTLS',
  url: 'address',
  isDefault: 'default',
  rolloutShare: 'share of a trial',
  inputPer1M: 'input price per 1M tokens',
  outputPer1M: 'output price per 1M tokens',
  cachedInputPer1M: 'cached input price per 1M tokens',
  cacheWritePer1M: 'cache write price per 1M tokens',
  reasoningPer1M: 'reasoning price per 1M tokens',
};

/** Paths that are read as one thing: the last member says enough. */
const PLAIN_PARENTS = new Set(['rateLimit', 'modelConfig', 'definition', 'config', 'auth', 'fileLogging']);

/** "request limit", "rules › code review › tier". */
export function labelOf(path: readonly string[]): string {
  const parts = path.filter((part, index) => index === path.length - 1 || !PLAIN_PARENTS.has(part));
  return parts.map((part) => LABELS[part] ?? words(part)).join(' › ');
}

/** camelCase as words; what is no name of a member (a model's, a rule's) stays as it is. */
function words(part: string): string {
  if (!/^[a-z][A-Za-z0-9]*$/.test(part)) return part;
  return part.replaceAll(/([a-z0-9])([A-Z])/g, (_all, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** One side of a change, in words. */
export function valueOf(value: unknown, member: string, book: NameBook): string {
  if (value === undefined || value === null || value === '') return 'none';
  if (typeof value === 'boolean') {
    if (member === 'active' || member === 'enabled') return value ? 'on' : 'off';
    return value ? 'yes' : 'no';
  }
  if (typeof value === 'number') return numberOf(value, member);
  if (typeof value === 'string') return textOf(value, member, book);
  if (Array.isArray(value)) {
    return value.length === 0 ? 'none' : value.map((item) => valueOf(item, member, book)).join(', ');
  }
  return JSON.stringify(value);
}

function numberOf(value: number, member: string): string {
  switch (member) {
    case 'requestsPerMinute':
      return value === 0 ? 'no limit' : `${formatCount(value)} a minute`;
    case 'tokensPerMinute':
      return value === 0 ? 'no limit' : `${formatCount(value)} a minute`;
    case 'keyLifetimeDays':
      return value === 0 ? 'for ever' : counted(value, 'day');
    case 'rolloutShare':
      return `${value} %`;
    default:
      // Prices and the like: as they were written, not rounded.
      return Number.isInteger(value) ? formatCount(value) : String(value);
  }
}

function textOf(value: string, member: string, book: NameBook): string {
  if (member === 'role' || member === 'defaultRole') {
    const role = readRole(value);
    if (role !== null) return roleLabel(role);
  }
  if (UUID.test(value)) return book.get(value) ?? `${value.slice(0, 8)}…`;
  if (ISO.test(value)) return formatExactMoment(new Date(value));
  return value;
}

/** Both sides of a change, ready to be shown. Null = there is nothing on that side. */
export interface ShownChange {
  readonly label: string;
  readonly kind: Change['kind'];
  readonly before: string | null;
  readonly after: string | null;
}

export function shownChange(change: Change, book: NameBook): ShownChange {
  const { path, kind, before, after } = change;
  const member = path.at(-1) ?? '';
  const side = (value: unknown): string | null => {
    if (value === undefined || (kind === 'list' && Array.isArray(value) && value.length === 0)) return null;
    return valueOf(value, member, book);
  };
  return { label: labelOf(path), kind, before: side(before), after: side(after) };
}
