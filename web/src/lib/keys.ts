import type { KeyRowFragment } from '#lib/generated/graphql.ts';

export type KeyState = 'enabled' | 'disabled' | 'expired';

/** How a state is shown. */
export const KEY_LOOKS = {
  enabled: { kind: 'ok', word: 'Enabled' },
  disabled: { kind: 'off', word: 'Disabled' },
  expired: { kind: 'error', word: 'Expired' },
} as const satisfies Record<KeyState, { kind: string; word: string }>;

export function keyState(key: Pick<KeyRowFragment, 'enabled' | 'expiresAt'>, now: number): KeyState {
  if (!key.enabled) return 'disabled';
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= now ? 'expired' : 'enabled';
}

export function usableKeys(keys: readonly KeyRowFragment[], now: number): number {
  return keys.filter((key) => keyState(key, now) === 'enabled').length;
}

/** The latest use of any of them, ISO 8601; null = none was ever used. */
export function lastUsed(keys: readonly KeyRowFragment[]): string | null {
  const moments = keys.flatMap(({ lastUsedAt }) => (lastUsedAt === null ? [] : [lastUsedAt]));
  return moments.toSorted().at(-1) ?? null;
}
