import type { ModelKind, ModelRowFragment, Tier } from '#lib/generated/graphql.ts';
import { tierName, TIERS, tierStep } from './tiers.ts';

export type Model = ModelRowFragment;

/** What pins a model to its provider, and its name in addresses. */
export function pinOf(model: Pick<Model, 'modelId'> & { provider: Pick<Model['provider'], 'slug'> }): string {
  return `${model.provider.slug}/${model.modelId}`;
}

/** What the address of the page may say. */
export interface ModelView {
  readonly view: 'list' | 'tiers';
  readonly group: GroupBy;
  readonly sort: SortBy;
  /** Part of an id, name, alias or family. */
  readonly q: string;
  /** Slug. */
  readonly provider: string;
  readonly tier: Tier | 'NONE' | '';
  readonly kind: ModelKind | '';
  readonly show: Show;
  /** The pin of the open one. */
  readonly model: string;
}

export const GROUPS = { tier: 'Tier', provider: 'Provider', family: 'Family', none: 'No groups' } as const;
export type GroupBy = keyof typeof GROUPS;
export const SORTS = {
  priority: 'Your order',
  name: 'Name',
  input: 'Input price',
  output: 'Output price',
  window: 'Context window',
  requests: 'Requests',
  spend: 'Spend',
} as const;
export type SortBy = keyof typeof SORTS;
export const SHOWS = { listed: 'Listed', hidden: 'Hidden', gone: 'Gone', all: 'All' } as const;
export type Show = keyof typeof SHOWS;
export const KINDS = { CHAT: 'Chat', EMBEDDING: 'Embedding', OTHER: 'Other' } as const satisfies Record<
  ModelKind,
  string
>;

export function readView(search: Pick<URLSearchParams, 'get'>): ModelView {
  const at = (name: string) => search.get(name) ?? '';
  return {
    view: at('view') === 'tiers' ? 'tiers' : 'list',
    group: oneOf(GROUPS, at('group'), 'tier'),
    sort: oneOf(SORTS, at('sort'), 'priority'),
    q: at('q'),
    provider: at('provider'),
    tier: at('tier') === 'NONE' ? 'NONE' : (TIERS.find((tier) => tier === at('tier')) ?? ''),
    kind: Object.hasOwn(KINDS, at('kind')) ? (at('kind') as ModelKind) : '',
    show: oneOf(SHOWS, at('show'), 'listed'),
    model: at('model'),
  };
}

function oneOf<Names extends Record<string, string>>(
  names: Names,
  value: string,
  fallback: keyof Names & string,
): keyof Names & string {
  return Object.keys(names).find((name): name is keyof Names & string => name === value) ?? fallback;
}

/** In the last days, by pin. */
export interface Use {
  readonly requests: number;
  readonly cost: number;
}

export function usesOf(
  groups: readonly {
    readonly provider: string | null;
    readonly model: string | null;
    readonly requests: number;
    readonly actualCost: number;
  }[],
): ReadonlyMap<string, Use> {
  return new Map(
    groups.map(({ provider, model, requests, actualCost }) => [
      `${provider ?? ''}/${model ?? ''}`,
      { requests, cost: actualCost },
    ]),
  );
}

/** A row of the list: a heading, or a model. */
export type Line =
  | { readonly kind: 'group'; readonly key: string; readonly label: string; readonly count: number }
  | { readonly kind: 'model'; readonly key: string; readonly id: string };

export function matches(model: Model, view: ModelView, aliases: readonly string[]): boolean {
  const { q, provider, tier, kind, show } = view;
  const text = `${pinOf(model)} ${model.name} ${model.family ?? ''} ${aliases.join(' ')}`.toLowerCase();
  return (
    text.includes(q.trim().toLowerCase()) &&
    (provider === '' || model.provider.slug === provider) &&
    (tier === '' || (tier === 'NONE' ? model.tier === null : model.tier === tier)) &&
    (kind === '' || model.kind === kind) &&
    (show === 'all' || showOf(model) === show)
  );
}

export function showOf(model: Pick<Model, 'visible' | 'missingSince'>): Exclude<Show, 'all'> {
  if (model.missingSince !== null) return 'gone';
  return model.visible ? 'listed' : 'hidden';
}

/** The list as it should stand: groups with their models, in order. */
export function arrange(
  models: readonly Model[],
  view: Pick<ModelView, 'group' | 'sort'>,
  uses: ReadonlyMap<string, Use>,
): readonly Line[] {
  const sorted = [...models].sort(comparison(view.sort, uses));
  const groups = new Map<string, { rank: number | string; label: string; ids: string[] }>();
  for (const model of sorted) {
    const { key, label, rank } = groupOf(model, view.group);
    const group = groups.get(key) ?? { rank, label, ids: [] };
    group.ids.push(model.id);
    groups.set(key, group);
  }
  const ordered = [...groups].sort(([, a], [, b]) => compare(a.rank, b.rank));
  return ordered.flatMap(([key, { label, ids }]): Line[] => [
    ...(view.group === 'none'
      ? []
      : [{ kind: 'group' as const, key: `group:${key}`, label, count: ids.length }]),
    ...ids.map((id) => ({ kind: 'model' as const, key: id, id })),
  ]);
}

function groupOf(model: Model, by: GroupBy): { key: string; label: string; rank: number | string } {
  switch (by) {
    case 'tier':
      // The dearest first, as the list of a router is read; those without a tier need one, so they come last.
      return {
        key: model.tier ?? 'NONE',
        label: model.tier === null ? 'No tier: the router takes them last' : tierName(model.tier),
        rank: model.tier === null ? 9 : 8 - tierStep(model.tier),
      };
    case 'provider':
      return {
        key: model.provider.slug,
        label: model.provider.name,
        rank: model.provider.name.toLowerCase(),
      };
    case 'family':
      return {
        key: model.family ?? '',
        label: model.family ?? 'Not known',
        rank: model.family === null ? '\uffff' : model.family.toLowerCase(),
      };
    case 'none':
      return { key: '', label: '', rank: 0 };
  }
}

function comparison(sort: SortBy, uses: ReadonlyMap<string, Use>): (a: Model, b: Model) => number {
  const byName = (a: Model, b: Model) =>
    compare(a.modelId, b.modelId) || compare(a.provider.slug, b.provider.slug);
  const use = (model: Model) => uses.get(pinOf(model));
  /** What is not known comes last, whichever way round. */
  const up = (of: (model: Model) => number | null) => (a: Model, b: Model) =>
    compare(of(a) ?? Infinity, of(b) ?? Infinity) || byName(a, b);
  const down = (of: (model: Model) => number | null) => (a: Model, b: Model) =>
    compare(-(of(a) ?? -Infinity), -(of(b) ?? -Infinity)) || byName(a, b);
  switch (sort) {
    case 'name':
      return byName;
    case 'priority':
      return down(({ priority }) => priority);
    case 'input':
      return up(({ inputPer1M }) => inputPer1M);
    case 'output':
      return up(({ outputPer1M }) => outputPer1M);
    case 'window':
      return down(({ contextWindow }) => contextWindow);
    case 'requests':
      return down((model) => use(model)?.requests ?? 0);
    case 'spend':
      return down((model) => use(model)?.cost ?? 0);
  }
}

function compare<T extends number | string>(a: T, b: T): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The models of each tier, best first: what the board draws. */
export function boardOf(
  models: readonly Model[],
): readonly { tier: Tier | null; models: readonly Model[] }[] {
  const order = comparison('priority', new Map());
  return [null, ...TIERS].map((tier) => ({
    tier,
    models: models.filter((model) => model.tier === tier).sort(order),
  }));
}

/** Everything between two of them, both included, in the order of the list. */
export function between(lines: readonly Line[], from: string, to: string): readonly string[] {
  const ids = lines.flatMap((line) => (line.kind === 'model' ? [line.id] : []));
  const [a, b] = [ids.indexOf(from), ids.indexOf(to)];
  if (a < 0 || b < 0) return [to];
  return ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}
