import { readLogConfig } from '../log-config.ts';
import { buildProvider, type ProviderViewDeps } from './provider-view.ts';
import type { ProviderRows, Rows, SettingsRow, TenantRows } from './snapshot-rows.ts';
import { buildRouting } from './routing-view.ts';
import { BuiltTenant, compileTenant, ProviderSet, type TenantRules } from './tenant-view.ts';
import type {
  KeyView,
  ProviderView,
  SettingsView,
  Snapshot,
  TenantView,
  UnreadableProvider,
} from './view.ts';

interface ProviderEntry {
  readonly rows: ProviderRows;
  readonly view: ProviderView | UnreadableProvider | null;
}

interface TenantEntry {
  readonly rows: TenantRows;
  readonly rules: TenantRules;
  readonly set: ProviderSet;
  readonly view: TenantView;
  readonly keys: readonly KeyView[];
}

/** A snapshot with what is needed to make the next one out of it. Never changed. */
export interface Built {
  readonly rows: Rows;
  readonly snapshot: Snapshot;
  readonly providers: ReadonlyMap<string, ProviderEntry>;
  readonly tenants: ReadonlyMap<string, TenantEntry>;
  readonly sets: ReadonlyMap<string, ProviderSet>;
}

/**
 * Builds a snapshot from rows. What has the same row object as in `previous` is taken over from there, so the cost
 * is that of what has changed. Answers `previous` itself when nothing has.
 */
export function buildSnapshot(deps: ProviderViewDeps, rows: Rows, previous: Built | null): Built {
  const providers = new Map<string, ProviderEntry>();
  const providersById = new Map<string, ProviderView>();
  const unreadableById = new Map<string, UnreadableProvider>();
  for (const [id, one] of rows.providers) {
    const before = previous?.providers.get(id);
    const entry = before?.rows === one ? before : { rows: one, view: buildProvider(deps, one) };
    providers.set(id, entry);
    const { view } = entry;
    if (view?.endpoint === null) unreadableById.set(id, view);
    else if (view !== null) providersById.set(id, view);
  }

  const sets = new Map<string, ProviderSet>();
  const tenants = new Map<string, TenantEntry>();
  const changed: TenantEntry[] = [];
  for (const [id, one] of rows.tenants) {
    const before = previous?.tenants.get(id);
    const rules = before?.rows.tenant === one.tenant ? before.rules : compileTenant(one.tenant, deps.log);
    const set = setOf(rules.providerIds, providers, sets, previous?.sets);
    const isSame = before !== undefined && before.rows === one && before.set === set;
    const entry = isSame ? before : buildTenant(one, rules, set);
    tenants.set(id, entry);
    if (!isSame) changed.push(entry);
  }

  if (previous !== null && changed.length === 0 && isUnchanged(previous, rows, providers)) return previous;
  const views = [...tenants.values()].map((entry) => entry.view);
  const snapshot: Snapshot = {
    version: (previous?.snapshot.version ?? 0) + 1,
    keysByHash: indexKeys(tenants, changed, previous),
    tenantsById: new Map(views.map((view) => [view.id, view])),
    tenantsBySlug: new Map(views.map((view) => [view.slug, view])),
    providersById,
    unreadableById,
    settings: settingsOf(rows.settings, previous),
    routing:
      previous?.rows.routing === rows.routing
        ? previous.snapshot.routing
        : buildRouting(rows.routing, deps.log),
  };
  return { rows, snapshot, providers, tenants, sets };
}

/** The same object as long as nothing has changed: who watches the settings compares by identity. */
function settingsOf(row: SettingsRow, previous: Built | null): SettingsView {
  if (previous?.rows.settings === row) return previous.snapshot.settings;
  return { promptLogging: row.promptLogging, log: readLogConfig(JSON.parse(row.log)) };
}

function isUnchanged(previous: Built, rows: Rows, providers: ReadonlyMap<string, ProviderEntry>): boolean {
  return (
    previous.rows.settings === rows.settings &&
    previous.rows.routing === rows.routing &&
    previous.tenants.size === rows.tenants.size &&
    previous.providers.size === providers.size &&
    [...providers].every(([id, entry]) => previous.providers.get(id) === entry)
  );
}

function buildTenant(rows: TenantRows, rules: TenantRules, set: ProviderSet): TenantEntry {
  const tenant: TenantView = new BuiltTenant(rows.tenant, rules, set);
  const keys = rows.keys.map(({ id, hash, enabled, expiresAt }) => ({
    id,
    hash,
    enabled,
    expiresAt,
    tenant,
  }));
  return { rows, rules, set, view: tenant, keys };
}

/** The set of the known providers, in order; the one of before where all of them are as before. */
function setOf(
  ids: readonly string[],
  entries: ReadonlyMap<string, ProviderEntry>,
  sets: Map<string, ProviderSet>,
  previous: ReadonlyMap<string, ProviderSet> | undefined,
): ProviderSet {
  const name = ids.join(' ');
  const known = sets.get(name);
  if (known !== undefined) return known;
  const views = ids.flatMap((id) => entries.get(id)?.view ?? []);
  const before = previous?.get(name);
  const isSame =
    before?.views.length === views.length && before.views.every((view, index) => view === views[index]);
  const set = isSame ? before : new ProviderSet(views);
  sets.set(name, set);
  return set;
}

/** Few changes: a copy with them made, which costs a tenth of hashing every key again. */
function indexKeys(
  tenants: ReadonlyMap<string, TenantEntry>,
  changed: readonly TenantEntry[],
  previous: Built | null,
): ReadonlyMap<string, KeyView> {
  if (previous === null || changed.length > tenants.size / 4) {
    return new Map([...tenants.values()].flatMap((entry) => entry.keys).map((key) => [key.hash, key]));
  }
  const gone = [...previous.tenants].filter(([id, entry]) => tenants.get(id) !== entry);
  if (gone.length === 0 && changed.length === 0) return previous.snapshot.keysByHash;
  const index = new Map(previous.snapshot.keysByHash);
  for (const [, entry] of gone) for (const key of entry.keys) index.delete(key.hash);
  for (const entry of changed) for (const key of entry.keys) index.set(key.hash, key);
  return index;
}
