import { z } from 'zod';

/**
 * The database rows that a snapshot is built from, as flat values: JSON and arrays stay text until a row is new, so
 * two loads are compared field by field and the disk copy is written as it is. Credentials are ciphertext here.
 */
const providerRow = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  type: z.string(),
  baseUrl: z.string(),
  apiPath: z.string().nullable(),
  authType: z.string(),
  credentials: z.string().nullable(),
  region: z.string().nullable(),
  options: z.string(),
  active: z.boolean(),
});

const amount = z.number().nullable();

const modelRow = z.object({
  providerId: z.string(),
  modelId: z.string(),
  kind: z.enum(['chat', 'embedding', 'other']),
  ownedBy: z.string().nullable(),
  capabilities: z.string(),
  contextWindow: amount,
  manualContext: z.boolean(),
  learnedContextWindow: amount,
  maxOutputTokens: amount,
  tier: z.string().nullable(),
  priority: z.number(),
  visible: z.boolean(),
  missing: z.boolean(),
  inputPer1M: amount,
  cachedInputPer1M: amount,
  cacheWritePer1M: amount,
  outputPer1M: amount,
  reasoningPer1M: amount,
  manualPricing: z.boolean(),
  /** Unix ms. */
  createdAt: z.number(),
});

const tenantRow = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  active: z.boolean(),
  modelMode: z.enum(['all', 'whitelist', 'blacklist']),
  modelList: z.string(),
  aliases: z.string(),
  routing: z.string(),
  requestsPerMinute: z.number(),
  tokensPerMinute: z.number(),
  pricing: z.string(),
  /** JSON array of provider ids in the order of trying. */
  providerIds: z.string(),
});

const keyRow = z.object({
  id: z.string(),
  tenantId: z.string(),
  hash: z.string(),
  enabled: z.boolean(),
  /** Unix ms. */
  expiresAt: amount,
});

const settingsRow = z.object({
  promptLogging: z.boolean(),
  /** The setting `log` as JSON. Copies of before there was more in it have none. */
  log: z.string().default('{}'),
});

const categoryRow = z.object({
  key: z.string(),
  tier: z.string(),
  axis: z.string(),
  defaultModel: z.string().nullable(),
  requiresVision: z.boolean(),
});

/** The default rule set of its scope, or the one that is being rolled out there. */
const ruleSetRow = z.object({
  /** Copies of before it was read have none. */
  id: z.string().default(''),
  /** Null = of all tenants. */
  tenantId: z.string().nullable(),
  name: z.string(),
  version: z.number(),
  definition: z.string(),
  /** Percent of the conversations; null = it is the default. */
  rolloutShare: z.number().nullable().default(null),
});

export type CategoryRow = z.infer<typeof categoryRow>;
export type RuleSetRow = z.infer<typeof ruleSetRow>;
export type ProviderRow = z.infer<typeof providerRow>;
export type ModelRow = z.infer<typeof modelRow>;
export type TenantRow = z.infer<typeof tenantRow>;
export type KeyRow = z.infer<typeof keyRow>;
export type SettingsRow = z.infer<typeof settingsRow>;

/** One provider with all its models; one tenant with all its keys: what a change notice speaks of. */
export interface ProviderRows {
  readonly provider: ProviderRow;
  readonly models: readonly ModelRow[];
}
export interface TenantRows {
  readonly tenant: TenantRow;
  readonly keys: readonly KeyRow[];
}

/** What the router knows beside models and tenants: small, and read as one. */
export interface RoutingRows {
  readonly categories: readonly CategoryRow[];
  readonly ruleSets: readonly RuleSetRow[];
}

export interface Rows {
  readonly providers: ReadonlyMap<string, ProviderRows>;
  readonly tenants: ReadonlyMap<string, TenantRows>;
  readonly settings: SettingsRow;
  readonly routing: RoutingRows;
}

/** The rows as lists: what the loader reads and the disk copy holds. */
export const flatRows = z.object({
  providers: z.array(providerRow),
  models: z.array(modelRow),
  tenants: z.array(tenantRow),
  keys: z.array(keyRow),
  settings: settingsRow,
  categories: z.array(categoryRow),
  ruleSets: z.array(ruleSetRow),
});
export type FlatRows = z.infer<typeof flatRows>;

export function groupRows(flat: FlatRows): Rows {
  const models = Map.groupBy(flat.models, (row) => row.providerId);
  const keys = Map.groupBy(flat.keys, (row) => row.tenantId);
  return {
    providers: new Map(
      flat.providers.map((provider) => [provider.id, { provider, models: models.get(provider.id) ?? [] }]),
    ),
    tenants: new Map(flat.tenants.map((tenant) => [tenant.id, { tenant, keys: keys.get(tenant.id) ?? [] }])),
    settings: flat.settings,
    routing: { categories: flat.categories, ruleSets: flat.ruleSets },
  };
}

export function flattenRows(rows: Rows): FlatRows {
  const providers = [...rows.providers.values()];
  const tenants = [...rows.tenants.values()];
  return {
    providers: providers.map((one) => one.provider),
    models: providers.flatMap((one) => one.models),
    tenants: tenants.map((one) => one.tenant),
    keys: tenants.flatMap((one) => one.keys),
    settings: rows.settings,
    categories: [...rows.routing.categories],
    ruleSets: [...rows.routing.ruleSets],
  };
}

/**
 * `next` with every provider and tenant that has not changed replaced by the object of `previous`, so that the
 * builder sees by identity what is new.
 */
export function keepUnchanged(previous: Rows, next: Rows): Rows {
  return {
    providers: new Map(
      [...next.providers].map(([id, rows]) => {
        const before = previous.providers.get(id);
        const same =
          before !== undefined &&
          sameRow(before.provider, rows.provider) &&
          sameRows(before.models, rows.models);
        return [id, same ? before : rows];
      }),
    ),
    tenants: new Map(
      [...next.tenants].map(([id, rows]) => {
        const before = previous.tenants.get(id);
        const same =
          before !== undefined && sameRow(before.tenant, rows.tenant) && sameRows(before.keys, rows.keys);
        return [id, same ? before : rows];
      }),
    ),
    settings: sameRow(previous.settings, next.settings) ? previous.settings : next.settings,
    routing:
      sameRows(previous.routing.categories, next.routing.categories) &&
      sameRows(previous.routing.ruleSets, next.routing.ruleSets)
        ? previous.routing
        : next.routing,
  };
}

function sameRows<Row extends object>(a: readonly Row[], b: readonly Row[]): boolean {
  if (a === b) return true;
  return (
    a.length === b.length &&
    a.every((row, index) => {
      const other = b[index];
      return other !== undefined && sameRow(row, other);
    })
  );
}

/** Rows of one table have the same members, and only flat ones. */
function sameRow<Row extends object>(a: Row, b: Row): boolean {
  if (a === b) return true;
  for (const member in a) if (a[member] !== b[member]) return false;
  return true;
}
