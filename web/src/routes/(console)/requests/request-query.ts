import { readRange } from '#lib/range/range.ts';
import type { Range } from '#lib/range/range.ts';
import type { RequestLogFilter, RequestOrder, RequestStatus } from '#lib/generated/graphql.ts';

/*
 * What the address of the log may say; every other page links here with these names. All of them together must hold.
 *
 *   range      15m 1h 24h 7d 30d mtd …, as lib/range has them; missing = everything that is kept
 *   from, to   ISO 8601 instead of a range
 *   tenant, key   ids
 *   provider   its slug
 *   model, category, user, session   as they stand in the log
 *   status     SUCCESS, ERROR or ABORTED
 *   routed     yes = the router chose the model, no = the client did
 *   ruleset    the id of a rule set that decided, or one version of it: "<id>@3"
 *   not        "<name>:<value>", as often as needed: not these
 *   sort       cost, first, duration or tokens: the topmost of the range instead of the newest
 *   live       1 = what comes is added while one looks
 *   id         one request, wherever it is: nothing else counts then
 *   row, tab   the open request, and which part of it
 *   view       a saved view of this person's
 *   columns    "time,model:220,cost": the columns of somebody who shared them
 */

/** The filters that name a value, in the order in which they are shown. */
export const FIELDS = {
  tenant: { label: 'Tenant', filter: 'tenantId', excluded: 'tenantIds' },
  model: { label: 'Model', filter: 'model', excluded: 'models' },
  provider: { label: 'Provider', filter: 'providerSlug', excluded: 'providerSlugs' },
  category: { label: 'Category', filter: 'category', excluded: 'categories' },
  user: { label: 'User', filter: 'user', excluded: 'users' },
  key: { label: 'Key', filter: 'keyId', excluded: 'keyIds' },
  session: { label: 'Session', filter: 'sessionId', excluded: 'sessions' },
  status: { label: 'Status', filter: 'status', excluded: 'statuses' },
  routed: { label: 'Routed', filter: 'autoRouted', excluded: null },
  ruleset: { label: 'Rule set', filter: 'ruleSetId', excluded: null },
} as const;
export type FieldName = keyof typeof FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[];

export const STATUSES = ['SUCCESS', 'ERROR', 'ABORTED'] as const satisfies readonly RequestStatus[];
const ROUTED: Readonly<Record<string, boolean>> = { yes: true, no: false };

/** The orders beside newest first, as the address spells them. */
export const ORDERS = {
  cost: 'COST',
  first: 'FIRST_BYTE',
  duration: 'DURATION',
  tokens: 'TOKENS',
} as const satisfies Record<string, RequestOrder>;
export type Order = keyof typeof ORDERS;

/** A condition on one field. */
export interface Condition {
  readonly field: FieldName;
  readonly value: string;
  /** Everything but this value. */
  readonly not: boolean;
}

/** Which requests, as the address says. */
export interface RequestView {
  readonly range: Range;
  readonly conditions: readonly Condition[];
  readonly sort: Order | null;
  readonly live: boolean;
  /** One request alone. */
  readonly id: string | null;
  readonly filter: RequestLogFilter;
}

/** The parts of an address, to be read. */
export type Search = Pick<URLSearchParams, 'get' | 'getAll' | 'entries' | 'toString'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether it can be the id of a request (or of anything else). */
export function isId(text: string): boolean {
  return UUID.test(text.trim());
}

/** The parts that choose rows: with any other change nothing has to be asked again. */
export function rowsKey(search: Pick<URLSearchParams, 'entries'>): string {
  const beside = new Set(['row', 'tab', 'live', 'view', 'columns']);
  return new URLSearchParams([...search.entries()].filter(([name]) => !beside.has(name))).toString();
}

/** `now` in milliseconds since 1970. */
export function readView(search: Search, now: number, zone: string): RequestView {
  const range = readRange(search, now, zone, '');
  const conditions = readConditions(search);
  const sort = search.get('sort') ?? '';
  const id = search.get('id') ?? '';
  return {
    range,
    conditions,
    sort: Object.hasOwn(ORDERS, sort) ? (sort as Order) : null,
    live: search.get('live') === '1' && range.to === null && !Object.hasOwn(ORDERS, sort) && !isId(id),
    id: isId(id) ? id.trim().toLowerCase() : null,
    filter: {
      ...filterOf(conditions),
      ...(range.from === null ? {} : { from: range.from }),
      ...(range.to === null ? {} : { to: range.to }),
    },
  };
}

function readConditions(search: Search): readonly Condition[] {
  const included = FIELD_NAMES.flatMap((field) => {
    const value = search.get(field);
    return value !== null && isValue(field, value) ? [{ field, value, not: false }] : [];
  });
  const excluded = search.getAll('not').flatMap((part) => {
    const [name = '', ...rest] = part.split(':');
    const field = FIELD_NAMES.find((known) => known === name);
    const value = rest.join(':');
    if (field === undefined || FIELDS[field].excluded === null || !isValue(field, value)) return [];
    return [{ field, value, not: true }];
  });
  return [...included, ...excluded];
}

/** What is no value of the field is left out: an address that was cut off still opens the log. */
function isValue(field: FieldName, value: string): boolean {
  if (field === 'status') return STATUSES.some((known) => known === value);
  if (field === 'routed') return Object.hasOwn(ROUTED, value);
  if (field === 'tenant' || field === 'key') return isId(value);
  if (field === 'ruleset') return readRuleSet(value) !== null;
  return value !== '' || field === 'provider' || field === 'category' || field === 'user';
}

/** A rule set, or one version of it, as the address spells it; null = that is none. */
export function readRuleSet(value: string): { readonly id: string; readonly version: number | null } | null {
  const [, id = '', version] = /^([^@]+)(?:@([1-9]\d{0,8}))?$/.exec(value) ?? [];
  return isId(id) ? { id, version: version === undefined ? null : Number(version) } : null;
}

/** The same filter for the log and for what is live; without the time, which only the log has. */
function filterOf(conditions: readonly Condition[]): Omit<RequestLogFilter, 'from' | 'to'> {
  const filter: Record<string, unknown> = {};
  const exclude: Record<string, string[]> = {};
  for (const { field, value, not } of conditions) {
    const { filter: name, excluded } = FIELDS[field];
    if (field === 'ruleset') Object.assign(filter, ruleSetFilter(value));
    else if (!not) filter[name] = field === 'routed' ? ROUTED[value] : value;
    else if (excluded !== null) (exclude[excluded] ??= []).push(value);
  }
  return { ...filter, ...(Object.keys(exclude).length === 0 ? {} : { exclude }) };
}

function ruleSetFilter(value: string): Pick<RequestLogFilter, 'ruleSetId' | 'ruleSetVersion'> {
  const { id, version } = readRuleSet(value) ?? { id: value, version: null };
  return { ruleSetId: id, ...(version === null ? {} : { ruleSetVersion: version }) };
}

/** What narrows the list down; the order and being live do not. */
export function isNarrowed(view: Pick<RequestView, 'conditions' | 'range'>): boolean {
  return view.conditions.length > 0 || view.range.key !== '';
}

/** The address with some parts changed; '' takes one out. */
export function withParts(
  search: Pick<URLSearchParams, 'toString'>,
  parts: Readonly<Record<string, string>>,
  path = '/requests',
): string {
  const next = new URLSearchParams(search.toString());
  for (const [part, value] of Object.entries(parts)) {
    if (value === '') next.delete(part);
    else next.set(part, value);
  }
  return address(next, path);
}

/** The address with one condition more. A field has one value at most that is asked for. */
export function withCondition(
  search: Pick<URLSearchParams, 'toString'>,
  { field, value, not }: Condition,
): string {
  const next = withoutCondition(search, { field, value, not: !not });
  if (!not) next.set(field, value);
  else if (!next.getAll('not').includes(`${field}:${value}`)) next.append('not', `${field}:${value}`);
  next.delete('id');
  return address(next);
}

/** The address without a condition. */
export function dropCondition(search: Pick<URLSearchParams, 'toString'>, condition: Condition): string {
  return address(withoutCondition(search, condition));
}

/** The address without any condition; the range stays. */
export function dropConditions(search: Pick<URLSearchParams, 'toString'>): string {
  const next = new URLSearchParams(search.toString());
  for (const name of [...FIELD_NAMES, 'not', 'id']) next.delete(name);
  return address(next);
}

function withoutCondition(
  search: Pick<URLSearchParams, 'toString'>,
  { field, value, not }: Condition,
): URLSearchParams {
  const next = new URLSearchParams(search.toString());
  if (not) next.delete('not', `${field}:${value}`);
  else if (next.get(field) === value) next.delete(field);
  return next;
}

function address(search: URLSearchParams, path = '/requests'): string {
  // An empty value means something here: a request that nobody has routed has the category "".
  return `${path}${search.size === 0 ? '' : `?${search.toString()}`}`;
}

/** "model:gpt-4o", "-status:ERROR" as typed; null = that is no condition. */
export function parseTyped(text: string): Condition | null {
  const match = /^(-|!)?([a-z]+):\s*(.+)$/i.exec(text.trim());
  if (match === null) return null;
  const [, sign, name = '', raw = ''] = match;
  const field = FIELD_NAMES.find((known) => known === name.toLowerCase());
  if (field === undefined) return null;
  const value = field === 'status' ? raw.toUpperCase() : raw.replace(/^"(.*)"$/, '$1');
  const not = sign !== undefined;
  if (!isValue(field, value) || (not && FIELDS[field].excluded === null)) return null;
  return { field, value, not };
}
