import type {
  BenchmarkAxis,
  CategoryRowFragment,
  CategoryStandingRowFragment,
  Tier,
} from '#lib/generated/graphql.ts';

/** What the address of the list says: which categories, grouped how. */
export interface ListView {
  readonly text: string;
  readonly show: Show;
  readonly group: Grouping;
}

export const SHOWS = {
  all: 'All',
  unassigned: 'Without default',
  low: 'Low score',
  hand: 'Set by hand',
  own: 'Your own',
} as const;
export type Show = keyof typeof SHOWS;

export const GROUPINGS = { tier: 'Tier', axis: 'Benchmark' } as const;
export type Grouping = keyof typeof GROUPINGS;

/** Names of the benchmarks, as people say them. */
export const AXES: Readonly<Record<BenchmarkAxis, string>> = {
  INTELLIGENCE: 'Intelligence',
  CODING: 'Coding',
  MATH: 'Mathematics',
};

export const TIER_ORDER: readonly Tier[] = [
  'MICRO',
  'MINIMAL',
  'LOW',
  'MEDIUM',
  'ADVANCED',
  'HIGH',
  'ULTRA',
  'CRITICAL',
];

export function readListView(search: Pick<URLSearchParams, 'get'>): ListView {
  const [show, group] = [search.get('show') ?? '', search.get('group') ?? ''];
  return {
    text: search.get('q') ?? '',
    show: isOf(SHOWS, show) ? show : 'all',
    group: isOf(GROUPINGS, group) ? group : 'tier',
  };
}

function isOf<Names extends object>(names: Names, name: string): name is keyof Names & string {
  return Object.hasOwn(names, name);
}

/** For a spreadsheet, as the API names things. */
export function csvRows(groups: readonly Group[]): readonly Record<string, string>[] {
  return groups
    .flatMap(({ entries }) => entries)
    .map(({ key, name, tier, axis, defaultModel, presetDefault, requiresVision, standing, description }) => ({
      key,
      name,
      tier: tier.toLowerCase(),
      axis: axis.toLowerCase(),
      defaultModel: defaultModel ?? '',
      setBy: defaultModel === null ? '' : presetDefault ? 'preset' : 'hand',
      score: standing?.score == null ? '' : String(standing.score),
      bestModel: standing?.bestModel ?? '',
      bestScore: standing?.bestScore == null ? '' : String(standing.bestScore),
      requiresVision: String(requiresVision),
      description,
    }));
}

/** A category and how its default model does. */
export interface CategoryEntry extends CategoryRowFragment {
  readonly standing: CategoryStandingRowFragment | null;
}

export function withStandings(
  categories: readonly CategoryRowFragment[],
  standings: readonly CategoryStandingRowFragment[],
): readonly CategoryEntry[] {
  const known = new Map(standings.map((it) => [it.category, it]));
  return categories.map((it) => ({ ...it, standing: known.get(it.key) ?? null }));
}

/** So much below the best of its tier that another model would be the better default. */
const LOW = 0.85;

export function isLow(standing: CategoryStandingRowFragment | null): boolean {
  if (standing === null || standing.score === null || standing.bestScore === null) return false;
  return standing.score < standing.bestScore * LOW;
}

const SHOWN: Readonly<Record<Show, (entry: CategoryEntry) => boolean>> = {
  all: () => true,
  unassigned: ({ defaultModel }) => defaultModel === null,
  low: ({ standing }) => isLow(standing),
  hand: ({ defaultModel, presetDefault }) => defaultModel !== null && !presetDefault,
  own: ({ builtIn }) => !builtIn,
};

export function countOf(entries: readonly CategoryEntry[], show: Show): number {
  return entries.filter(SHOWN[show]).length;
}

export interface Group {
  /** A tier or a benchmark. */
  readonly key: string;
  readonly entries: readonly CategoryEntry[];
}

/** Those that fit, in groups; groups without any are left out. */
export function grouped(
  entries: readonly CategoryEntry[],
  { text, show, group }: ListView,
): readonly Group[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const fits = (it: CategoryEntry): boolean => {
    const all = [it.key, it.name, it.description, it.defaultModel ?? '', ...it.examples]
      .join('\n')
      .toLowerCase();
    return words.every((word) => all.includes(word)) && SHOWN[show](it);
  };
  const found = entries.filter(fits);
  const keys: readonly string[] = group === 'tier' ? TIER_ORDER : Object.keys(AXES);
  return keys
    .map((key) => ({ key, entries: found.filter((it) => (group === 'tier' ? it.tier : it.axis) === key) }))
    .filter((it) => it.entries.length > 0);
}
