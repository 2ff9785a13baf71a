import { setProviderActive } from '#lib/actions/providers.ts';
import type { PaletteThingsQuery } from '#lib/generated/graphql.ts';
import type { NavGroup } from '#lib/nav.ts';
import { theme } from '#lib/state/theme.svelte.ts';
import { toasts } from '#lib/state/toasts.svelte.ts';
import type { Findable, FindableGroup } from './rank.ts';

/** Either goes somewhere or does something. */
export interface Entry extends Findable {
  readonly id: string;
  /** Beside the label: what it is, or where. */
  readonly note?: string;
  readonly keys?: string;
  readonly href?: string;
  readonly act?: () => void;
}

export type EntryGroup = FindableGroup<Entry>;

export function pageEntries(groups: readonly NavGroup[]): EntryGroup {
  const list = groups.flatMap(({ label: group, pages }) =>
    pages.map(({ href, label, key }) => ({ id: href, label, note: group, keys: `g ${key}`, href })),
  );
  return { title: 'Pages', most: 20, list };
}

const MAKE = [
  { label: 'Add a provider', href: '/providers/new', needs: 'provider.write' },
  { label: 'Create a tenant', href: '/tenants/new', needs: 'tenant.write' },
  { label: 'Watch requests as they come', href: '/requests?live=1', needs: 'requestLog.read' },
  { label: 'See failed requests', href: '/requests?status=ERROR', needs: 'requestLog.read' },
  { label: 'Try a prompt in the test bench', href: '/routing/bench', needs: 'ruleSet.read' },
  { label: 'Create a rule set', href: '/routing/new', needs: 'ruleSet.write' },
  { label: 'Create a category', href: '/categories/new', needs: 'category.write' },
  { label: 'Create a user', href: '/users/new', needs: 'user.create' },
  { label: 'Change my password', href: '/users/me', needs: 'password.change' },
] as const;

export function verbEntries(
  may: ReadonlySet<string>,
  own: { readonly shortcuts: () => void; readonly leave: () => void },
): EntryGroup {
  const made = MAKE.filter(({ needs }) => may.has(needs)).map(({ label, href }) => ({
    id: href,
    label,
    href,
  }));
  const themes = (['light', 'dark', 'system'] as const).map((choice) => ({
    id: `theme-${choice}`,
    label: `Use the ${choice} theme`,
    act: () => theme.choose(choice),
  }));
  const list: Entry[] = [
    ...made,
    ...themes,
    { id: 'shortcuts', label: 'Show the shortcuts', keys: '?', act: own.shortcuts },
    { id: 'leave', label: 'Sign out', act: own.leave },
  ];
  return { title: 'Do', most: 8, list };
}

type Provider = NonNullable<PaletteThingsQuery['providers']>[number];

/** Tenants, keys, providers with their switch, and models; of them what one may see. */
export function thingEntries(things: PaletteThingsQuery, may: ReadonlySet<string>): EntryGroup[] {
  const providers = things.providers ?? [];
  const tenantPage = may.has('tenant.list') ? '/tenants/' : '/my-tenant?tenant=';
  const mayOpen = may.has('tenant.list') || may.has('portal.read');
  const tenants = things.me.tenants.map(({ id, slug, name }) => ({
    id,
    label: name,
    note: slug,
    words: slug,
    href: mayOpen ? tenantPage + id : `/requests?tenant=${id}`,
  }));
  const keys = (things.tenants ?? []).flatMap((tenant) =>
    tenant.keys.map(({ id, prefix, label }) => ({
      id,
      label: `${prefix}…`,
      note: [label, tenant.name].filter((part) => part).join(' · '),
      words: `${prefix} ${label ?? ''} key ${tenant.name}`,
      href: `/tenants/${tenant.id}/keys`,
    })),
  );
  return [
    { title: 'Tenants', most: 6, list: tenants },
    { title: 'Keys', most: 5, list: keys },
    {
      title: 'Providers',
      most: 6,
      list: providers.map(({ id, slug, name }) => ({
        id,
        label: name,
        note: slug,
        words: slug,
        href: `/providers/${id}`,
      })),
    },
    { title: 'Models', most: 8, list: providers.flatMap(modelsOf) },
    {
      title: 'Rule sets',
      most: 4,
      list: (things.ruleSets ?? []).map(({ id, name, tenant }) => ({
        id,
        label: name,
        note: tenant?.name ?? 'all tenants',
        href: `/routing/${id}`,
      })),
    },
    {
      title: 'Categories',
      most: 4,
      list: (things.categories ?? []).map(({ id, key, name }) => ({
        id,
        label: name,
        note: key,
        words: key,
        href: `/categories/${id}`,
      })),
    },
    { title: 'Switch', most: 4, list: may.has('provider.write') ? providers.map(switchOf) : [] },
  ];
}

function modelsOf({ slug, name: provider, models }: Provider): Entry[] {
  return models.map(({ id, modelId, name }) => ({
    id,
    label: modelId,
    note: provider,
    words: `${slug}/${modelId} ${name}`,
    href: `/models?model=${encodeURIComponent(`${slug}/${modelId}`)}`,
  }));
}

function switchOf({ id, name, active }: Provider): Entry {
  return {
    id: `switch-${id}`,
    label: `${active ? 'Switch off' : 'Switch on'} ${name}`,
    words: `${active ? 'disable' : 'enable'} provider ${name}`,
    act: () => void switchProvider(id, name, !active),
  };
}

async function switchProvider(id: string, name: string, active: boolean): Promise<void> {
  const outcome = await setProviderActive(id, active);
  const did = active ? 'on' : 'off';
  if (outcome.ok) toasts.done(`${name} is switched ${did}.`, () => void switchProvider(id, name, !active));
  else toasts.failed(`${name} could not be switched ${did}. ${outcome.problem.message}`);
}

const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** For an id that was pasted. */
export function requestEntry(query: string): EntryGroup | null {
  const id = query.trim().toLowerCase();
  if (!REQUEST_ID.test(id)) return null;
  const entry = { id: `request-${id}`, label: 'Open this request', note: id, href: `/requests?row=${id}` };
  return { title: 'Request', most: 1, list: [entry] };
}
