import type pg from 'pg';
import {
  groupRows,
  keepUnchanged,
  type KeyRow,
  type ModelRow,
  type CategoryRow,
  type ProviderRow,
  type RoutingRows,
  type Rows,
  type RuleSetRow,
  type SettingsRow,
  type TenantRow,
} from './snapshot-rows.ts';
import type { Timers } from './timers.ts';

/** A database that answers no query for so long is as good as down. */
const LOAD_TIMEOUT_MS = 15_000;

/** Which rows to read anew. */
export interface Changes {
  readonly tenants: ReadonlySet<string>;
  readonly providers: ReadonlySet<string>;
  readonly settings: boolean;
  /** Categories and rule sets. */
  readonly routing: boolean;
}

export interface RowSource {
  readonly pool: pg.Pool;
  readonly timers: Timers;
}

/** Reads everything, at one point of time. Rows that equal those of `previous` are its objects. */
export async function loadAll(source: RowSource, previous: Rows | null): Promise<Rows> {
  return transaction(source, async (client) => {
    const providers = await client.query<ProviderRow>(`${PROVIDERS} ORDER BY p.id`);
    const models = await client.query<ModelRow>(`${MODELS} ORDER BY m.model_id`);
    const tenants = await client.query<TenantRow>(`${TENANTS} ORDER BY t.id`);
    const keys = await client.query<KeyRow>(`${KEYS} ORDER BY k.id`);
    const routing = await loadRouting(client);
    const rows = groupRows({
      providers: providers.rows,
      models: models.rows,
      tenants: tenants.rows,
      keys: keys.rows,
      settings: await loadSettings(client),
      categories: [...routing.categories],
      ruleSets: [...routing.ruleSets],
    });
    return previous === null ? rows : keepUnchanged(previous, rows);
  });
}

/** `previous` with the named tenants and providers read anew; those that are gone leave it. */
export async function loadChanged(source: RowSource, previous: Rows, changes: Changes): Promise<Rows> {
  return transaction(source, async (client) => {
    const providers = new Map(previous.providers);
    const tenants = new Map(previous.tenants);
    if (changes.providers.size > 0) {
      const ids = [[...changes.providers]];
      const rows = await client.query<ProviderRow>(`${PROVIDERS} WHERE p.id::text = ANY($1)`, ids);
      const models = await client.query<ModelRow>(
        `${MODELS} WHERE m.provider_id = ANY(SELECT id FROM provider WHERE id::text = ANY($1)) ORDER BY m.model_id`,
        ids,
      );
      const byProvider = Map.groupBy(models.rows, (row) => row.providerId);
      for (const id of changes.providers) providers.delete(id);
      for (const row of rows.rows)
        providers.set(row.id, { provider: row, models: byProvider.get(row.id) ?? [] });
    }
    if (changes.tenants.size > 0) {
      const ids = [[...changes.tenants]];
      const rows = await client.query<TenantRow>(`${TENANTS} WHERE t.id::text = ANY($1)`, ids);
      const keys = await client.query<KeyRow>(
        `${KEYS} WHERE k.tenant_id = ANY(SELECT id FROM tenant WHERE id::text = ANY($1)) ORDER BY k.id`,
        ids,
      );
      const byTenant = Map.groupBy(keys.rows, (row) => row.tenantId);
      for (const id of changes.tenants) tenants.delete(id);
      for (const row of rows.rows) tenants.set(row.id, { tenant: row, keys: byTenant.get(row.id) ?? [] });
    }
    const settings = changes.settings ? await loadSettings(client) : previous.settings;
    const routing = changes.routing ? await loadRouting(client) : previous.routing;
    return keepUnchanged(previous, { providers, tenants, settings, routing });
  });
}

/** One read-only transaction that sees one state of the database. A connection that failed is not used again. */
async function transaction<Result>(
  { pool, timers }: RowSource,
  read: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let cancel: (() => void) | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    cancel = timers.after(LOAD_TIMEOUT_MS, () =>
      reject(new Error(`the database did not answer within ${LOAD_TIMEOUT_MS} ms`)),
    );
  });
  const whole = async (): Promise<Result> => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await read(client);
    await client.query('COMMIT');
    return result;
  };
  try {
    const result = await Promise.race([whole(), tooLong]);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  } finally {
    cancel?.();
  }
}

async function loadSettings(client: pg.PoolClient): Promise<SettingsRow> {
  const { rows } = await client.query<SettingsRow>(
    `SELECT coalesce(value->'promptLogging' = 'true'::jsonb, false) AS "promptLogging", value::text AS log
       FROM setting WHERE key = 'log'`,
  );
  return rows[0] ?? { promptLogging: false, log: '{}' };
}

async function loadRouting(client: pg.PoolClient): Promise<RoutingRows> {
  const categories = await client.query<CategoryRow>(
    `SELECT key, tier, axis, default_model AS "defaultModel", requires_vision AS "requiresVision"
       FROM category ORDER BY position, key`,
  );
  const ruleSets = await client.query<RuleSetRow>(
    `SELECT id::text AS id, tenant_id::text AS "tenantId", name, version, definition::text AS definition,
            rollout_share AS "rolloutShare"
       FROM rule_set WHERE is_default OR rollout_share IS NOT NULL
      ORDER BY tenant_id NULLS FIRST, is_default DESC`,
  );
  return { categories: categories.rows, ruleSets: ruleSets.rows };
}

const PROVIDERS = `
  SELECT p.id, p.slug, p.name, p.type, p.base_url AS "baseUrl", p.api_path AS "apiPath", p.auth_type AS "authType",
         p.credentials, p.region, p.options::text AS options, p.active
    FROM provider p`;

/** Prices that are a mere copy of the catalog's are left out: the catalog itself knows tiers and dates. */
const ownPrice = (column: string) => `CASE WHEN NOT m.catalog_pricing THEN m.${column}::float8 END`;

const MODELS = `
  SELECT m.provider_id AS "providerId", m.model_id AS "modelId", m.kind::text AS kind, m.owned_by AS "ownedBy",
         array_to_json(m.capabilities)::text AS capabilities, m.context_window AS "contextWindow",
         m.manual_context AS "manualContext", m.learned_context_window AS "learnedContextWindow",
         m.max_output_tokens AS "maxOutputTokens", m.tier, m.priority, m.visible, m.missing_since IS NOT NULL AS missing,
         ${ownPrice('input_per_1m')} AS "inputPer1M", ${ownPrice('cached_input_per_1m')} AS "cachedInputPer1M",
         ${ownPrice('cache_write_per_1m')} AS "cacheWritePer1M", ${ownPrice('output_per_1m')} AS "outputPer1M",
         ${ownPrice('reasoning_per_1m')} AS "reasoningPer1M", m.manual_pricing AS "manualPricing",
         (extract(epoch FROM m.created_at) * 1000)::float8 AS "createdAt"
    FROM provider_model m`;

const TENANTS = `
  SELECT t.id, t.slug, t.name, t.active, t.model_mode::text AS "modelMode",
         array_to_json(t.model_list)::text AS "modelList", t.aliases::text AS aliases, t.routing::text AS routing,
         t.requests_per_minute AS "requestsPerMinute", t.tokens_per_minute AS "tokensPerMinute",
         t.pricing::text AS pricing,
         coalesce((SELECT json_agg(l.provider_id ORDER BY l.position, l.provider_id)
                     FROM tenant_provider l WHERE l.tenant_id = t.id), '[]')::text AS "providerIds"
    FROM tenant t`;

const KEYS = `
  SELECT k.id, k.tenant_id AS "tenantId", k.hash, k.enabled,
         (extract(epoch FROM k.expires_at) * 1000)::float8 AS "expiresAt"
    FROM tenant_key k`;
