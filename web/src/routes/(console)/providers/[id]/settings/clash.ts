import type { FieldValue } from '../../new/provider-input.ts';

/** A field that two have changed, each in another way. */
export interface Clash {
  readonly field: string;
  readonly mine: string;
  readonly theirs: string;
}

type Values = Readonly<Partial<Record<string, FieldValue>>>;

/** What has changed on the server since `before` was read, of what `mine` changes as well. */
export function clashesOf(before: Values, now: Values, mine: Values): readonly Clash[] {
  return Object.entries(mine).flatMap(([field, value]) => {
    const theirs = now[field];
    if (theirs === before[field] || theirs === value) return [];
    return [{ field, mine: String(value ?? ''), theirs: String(theirs ?? '') }];
  });
}
