import { ALL_FIELDS } from './routing-fields.ts';

/** One setting: missing = inherited; `null` is a value of its own ("none"). */
export type RoutingValue = string | number | boolean | readonly string[] | null | undefined;
/** By path; every field has its place, so that a draft knows it. */
export type RoutingValues = Record<string, RoutingValue>;

type Json = Readonly<Record<string, unknown>>;

/** What stands at a path; undefined = nothing. */
export function valueAt(from: Json, path: string): RoutingValue {
  let value: unknown = from;
  for (const part of path.split('.')) {
    if (!isObject(value)) return undefined;
    value = value[part];
  }
  if (Array.isArray(value)) return value.filter((one): one is string => typeof one === 'string');
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
    ? (value as RoutingValue)
    : undefined;
}

/** What the tenant itself says. */
export function routingValues(routing: Json): RoutingValues {
  return Object.fromEntries(ALL_FIELDS.map(({ path }) => [path, valueAt(routing, path)]));
}

/**
 * The settings with some of them changed: undefined takes one out, so that it is inherited again. What this page does
 * not know stays. Without a model there is no LLM classifier, so the rest of `llm` goes with it.
 */
export function withValues(routing: Json, changes: RoutingValues): Record<string, unknown> {
  let next: Record<string, unknown> = { ...routing };
  for (const [path, value] of Object.entries(changes)) next = withValue(next, path.split('.'), value);
  const { llm } = next;
  if (isObject(llm) && typeof llm['model'] !== 'string') delete next['llm'];
  return next;
}

function withValue(
  from: Json,
  [head = '', ...rest]: readonly string[],
  value: RoutingValue,
): Record<string, unknown> {
  const next: Record<string, unknown> = { ...from };
  const under = from[head];
  const made = rest.length === 0 ? value : withValue(isObject(under) ? under : {}, rest, value);
  if (made === undefined || (isObject(made) && Object.keys(made).length === 0)) delete next[head];
  else next[head] = made;
  return next;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
