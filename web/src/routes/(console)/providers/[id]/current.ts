import { getContext, setContext } from 'svelte';
import type { ProviderDetailQuery, ProviderStateFragment } from '#lib/generated/graphql.ts';
import type { ProviderKind } from '../new/provider-input.ts';

export type ProviderOnPage = NonNullable<ProviderDetailQuery['provider']>;

/** The provider whose pages are open, for all of its tabs. Read its members where they are used: they change. */
export interface CurrentProvider {
  readonly provider: ProviderOnPage;
  /** Null = a type that this version does not know. */
  readonly kind: ProviderKind | null;
  /** How it is now; undefined = not known yet. */
  readonly state: ProviderStateFragment | undefined;
  readonly loading: boolean;
}

const KEY = Symbol('current provider');

export function setCurrent(current: CurrentProvider): void {
  setContext(KEY, current);
}

export function currentProvider(): CurrentProvider {
  return getContext<CurrentProvider>(KEY);
}
