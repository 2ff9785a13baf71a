/** A setting that two have changed, each in another way. */
export interface Clash {
  readonly field: string;
  readonly mine: unknown;
  /** Undefined = it cannot be seen. */
  readonly theirs: unknown;
}

type Values = Readonly<Record<string, unknown>>;

/** What has changed on the server since `before`, of what `mine` changes as well. Values are compared as JSON. */
export function clashesOf(before: Values, now: Values, mine: Values): readonly Clash[] {
  return Object.entries(mine).flatMap(([field, value]) => {
    const theirs = now[field];
    if (same(theirs, before[field]) || same(theirs, value)) return [];
    return [{ field, mine: value, theirs }];
  });
}

/** What is changed of fields whose values the server keeps to itself: theirs is not known. */
export function unseenClashes(mine: Values, unseen: readonly string[]): readonly Clash[] {
  return unseen.flatMap((field) => (field in mine ? [{ field, mine: mine[field], theirs: undefined }] : []));
}

/** With what belongs to a field that is changed, as it was: it must not be put together with what others have saved. */
export function withSiblings(mine: Values, before: Values, together: readonly (readonly string[])[]): Values {
  const touched = together.filter((names) => names.some((name) => name in mine)).flat();
  return { ...Object.fromEntries(touched.map((name) => [name, before[name]])), ...mine };
}

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A value as a sentence says it, where its field has no words of its own. */
export function plainWords(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(plainWords).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
