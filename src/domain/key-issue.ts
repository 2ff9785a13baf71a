import type { Prisma } from '../database/generated/prisma/client.ts';
import { apiKeyPrefix, customApiKeyProblem, generateApiKey, hashApiKey } from '../identity/api-key.ts';
import { orConflict, type Tx } from './change.ts';
import { badInput } from './validate.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export const keySelect = {
  id: true,
  tenantId: true,
  prefix: true,
  label: true,
  isPrimary: true,
  custom: true,
  enabled: true,
  expiresAt: true,
  lastUsedAt: true,
  createdAt: true,
} as const satisfies Prisma.TenantKeySelect;

/** A key as it may be shown: never its hash. */
export type KeyRow = Prisma.TenantKeyGetPayload<{ select: typeof keySelect }>;

export interface IssueInput {
  readonly tenantId: string;
  readonly isPrimary: boolean;
  readonly label: string;
  /** 0 = for ever. */
  readonly keyLifetimeDays: number;
  /** Stands above keyLifetimeDays. */
  readonly expiresAt?: Date;
  readonly now: Date;
  /** Of the caller's own making; missing = generated. */
  readonly apiKey?: string;
}

/** When a key made now with this lifetime ends; null = never. */
export function expiryOf(now: Date, lifetimeDays: number): Date | null {
  return lifetimeDays === 0 ? null : new Date(now.getTime() + lifetimeDays * DAY_MS);
}

/** What of a secret is stored. Throws bad_input for a weak secret of the caller's own making. */
export function secretColumns(given: string | undefined): { apiKey: string; columns: KeyColumns } {
  if (given !== undefined) {
    const problem = customApiKeyProblem(given);
    if (problem !== null) throw badInput([{ path: 'apiKey', message: problem }]);
  }
  const apiKey = given ?? generateApiKey();
  const columns = { hash: hashApiKey(apiKey), prefix: apiKeyPrefix(apiKey), custom: given !== undefined };
  return { apiKey, columns };
}

interface KeyColumns {
  readonly hash: string;
  readonly prefix: string;
  readonly custom: boolean;
}

/** Taken by anybody: said without saying by whom. */
export const KEY_TAKEN = { path: 'apiKey', message: 'cannot be used; choose another' };

/** Makes a key of a tenant. The secret is in the answer and nowhere else. */
export async function issueKey(tx: Tx, input: IssueInput): Promise<{ key: KeyRow; apiKey: string }> {
  const { apiKey, columns } = secretColumns(input.apiKey);
  const { tenantId, isPrimary, label, now } = input;
  const expiresAt = input.expiresAt ?? expiryOf(now, input.keyLifetimeDays);
  const data = { tenantId, isPrimary, label, expiresAt, createdAt: now, ...columns };
  const key = await orConflict(KEY_TAKEN, tx.tenantKey.create({ data, select: keySelect }));
  return { key, apiKey };
}
