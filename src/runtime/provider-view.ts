import { z } from 'zod';
import type { Logger } from '../log.ts';
import { isObject } from '../json-object.ts';
import type { Adapter, Endpoint } from '../providers/adapter.ts';
import { resolvePrice, type CatalogPrice } from './resolve-price.ts';
import type { ModelRow, ProviderRow, ProviderRows } from './snapshot-rows.ts';
import { readObject, readStrings } from './stored-json.ts';
import type { ModelView, ProviderTimeouts, ProviderView, UnreadableProvider } from './view.ts';

export interface ProviderViewDeps {
  readonly registry: { get(type: string): Adapter | undefined };
  /** Throws when the text cannot be decrypted. */
  readonly cipher: { decrypt(ciphertext: string, context: string): string };
  readonly catalogPrice: CatalogPrice;
  /** Scores by axis, 0 to 100; what is not known is absent. */
  readonly catalogBenchmarks: (providerType: string, modelId: string) => ReadonlyMap<string, number>;
  readonly log: Logger;
}

/** In ms: where a provider says nothing of its own in `options.timeouts`. */
const TIMEOUTS: ProviderTimeouts = { connectMs: 5_000, firstByteMs: 120_000, betweenBytesMs: 60_000 };
const LONGEST_MS = 3_600_000;

const authType = z.enum(['api_key', 'bearer', 'aws_credentials', 'none']);
const credentials = z.record(z.string(), z.string());

/**
 * Null = this provider cannot serve: switched off, of a type that this version does not know, or its address cannot be
 * read. The reason is logged; it never keeps other providers from serving.
 */
export function buildProvider(
  deps: ProviderViewDeps,
  rows: ProviderRows,
): ProviderView | UnreadableProvider | null {
  const { provider } = rows;
  if (!provider.active) return null;
  const log = deps.log.child({ providerId: provider.id, provider: provider.slug });
  const adapter = deps.registry.get(provider.type);
  if (adapter === undefined) {
    log.error({ type: provider.type }, 'provider left out: its type is not known here');
    return null;
  }
  try {
    const options = readObject(provider.options);
    const { id, slug, name } = provider;
    const models = () => new Map(rows.models.map((row) => [row.modelId, buildModel(deps, provider, row)]));
    const endpoint = buildEndpoint(deps, provider, options);
    if (endpoint === null) {
      log.error('provider left out: its credentials cannot be decrypted. Was ENCRYPTION_KEY changed?');
      return { id, slug, name, endpoint, models: models() };
    }
    const timeouts = readTimeouts(options['timeouts'], log);
    return { id, slug, name, adapter, endpoint, models: models(), timeouts };
  } catch (error) {
    // Only the kind of the error: texts of JSON.parse and URL quote what they failed on, here credentials.
    const reason = error instanceof LeftOut ? error.message : error instanceof Error ? error.name : 'unknown';
    log.error({ reason }, 'provider left out: its settings cannot be read');
    return null;
  }
}

/** Says why, in words that hold no secret. */
class LeftOut extends Error {}

/** Null = its credentials cannot be decrypted. */
function buildEndpoint(
  deps: ProviderViewDeps,
  row: ProviderRow,
  options: Readonly<Record<string, unknown>>,
): Endpoint | null {
  const url = URL.parse(row.baseUrl);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new LeftOut('the base URL is no http(s) URL');
  }
  const auth = authType.safeParse(row.authType);
  if (!auth.success) throw new LeftOut('the kind of authentication is not known');
  const plain = row.credentials === null ? '{}' : decrypted(deps, row.id, row.credentials);
  if (plain === null) return null;
  return {
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    apiPath: row.apiPath,
    authType: auth.data,
    credentials: credentials.parse(JSON.parse(plain)),
    region: row.region,
    options,
  };
}

function decrypted(deps: ProviderViewDeps, id: string, ciphertext: string): string | null {
  try {
    return deps.cipher.decrypt(ciphertext, `provider:${id}`);
  } catch {
    return null;
  }
}

function buildModel(deps: ProviderViewDeps, provider: ProviderRow, row: ModelRow): ModelView {
  const learned = row.manualContext ? null : row.learnedContextWindow;
  return {
    id: row.modelId,
    kind: row.kind,
    ownedBy: row.ownedBy ?? provider.slug,
    created: Math.floor(row.createdAt / 1000),
    // What discovery does not find any more can be called by name, but is not advertised.
    visible: row.visible && !row.missing,
    tier: row.tier,
    priority: row.priority,
    benchmarks: deps.catalogBenchmarks(provider.type, row.modelId),
    capabilities: new Set(readStrings(row.capabilities)),
    contextWindow: learned ?? row.contextWindow,
    maxOutputTokens: row.maxOutputTokens,
    price: price(deps, provider, row),
  };
}

function price(deps: ProviderViewDeps, provider: ProviderRow, row: ModelRow): ModelView['price'] {
  const catalog = deps.catalogPrice(provider.type, row.modelId);
  try {
    return resolvePrice(row, catalog);
  } catch (error) {
    deps.log.error(
      { err: error, provider: provider.slug, model: row.modelId },
      'price not understood, ignored',
    );
    return catalog;
  }
}

/** Each figure alone: one that makes no sense is logged and the default stands in its place. */
function readTimeouts(stored: unknown, log: Logger): ProviderTimeouts {
  if (stored === undefined || stored === null) return TIMEOUTS;
  const given = isObject(stored) ? stored : {};
  const read = (name: keyof ProviderTimeouts): number => {
    const value = given[name];
    if (value === undefined || value === null) return TIMEOUTS[name];
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LONGEST_MS)
      return value;
    log.warn(
      { timeout: name },
      `options.timeouts.${name} must be 1 to ${LONGEST_MS} ms; the default is used`,
    );
    return TIMEOUTS[name];
  };
  return {
    connectMs: read('connectMs'),
    firstByteMs: read('firstByteMs'),
    betweenBytesMs: read('betweenBytesMs'),
  };
}
