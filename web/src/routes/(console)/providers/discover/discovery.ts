import { formatCompact } from '#lib/format/count.ts';
import { formatPrice } from '#lib/format/money.ts';
import type { DiscoveryChangeKind, ProviderDiscoveryChangeFragment } from '#lib/generated/graphql.ts';

export type Change = ProviderDiscoveryChangeFragment;

/** The kinds that can be taken, in the order in which they are shown. */
export const KINDS = {
  NEW: { title: 'New', text: 'The provider lists them; they are not here yet.', taken: true },
  CHANGED: { title: 'Changed', text: 'Something is said otherwise now.', taken: true },
  BACK: { title: 'Back', text: 'They were missing and are listed again.', taken: true },
  GONE: {
    title: 'Gone',
    text: 'The provider lists them no more. Taken over, they are not advertised any longer; calls by name are still tried.',
    taken: true,
  },
  KEPT: {
    title: 'Kept as set by hand',
    text: 'The provider or the catalog says otherwise; what was set by hand stays.',
    taken: false,
  },
} as const satisfies Record<DiscoveryChangeKind, { title: string; text: string; taken: boolean }>;

const ORDER: readonly DiscoveryChangeKind[] = ['NEW', 'CHANGED', 'BACK', 'GONE', 'KEPT'];

export interface Group {
  readonly kind: DiscoveryChangeKind;
  readonly changes: readonly Change[];
}

/** By kind, in order; a search narrows it down. */
export function groupsOf(changes: readonly Change[], wanted: string): readonly Group[] {
  const text = wanted.trim().toLowerCase();
  const matching = changes.filter(({ modelId, name }) => `${modelId} ${name}`.toLowerCase().includes(text));
  return ORDER.map((kind) => ({ kind, changes: matching.filter((change) => change.kind === kind) })).filter(
    (group) => group.changes.length > 0,
  );
}

export function canBeTaken({ kind }: Pick<Change, 'kind'>): boolean {
  return KINDS[kind].taken;
}

const LABELS: Readonly<Record<string, string>> = {
  name: 'name',
  kind: 'kind',
  ownedBy: 'made by',
  capabilities: 'abilities',
  contextWindow: 'window',
  maxOutputTokens: 'longest answer',
  tier: 'tier',
  categories: 'good at',
  inputPer1M: 'input / 1M',
  cachedInputPer1M: 'cached input / 1M',
  cacheWritePer1M: 'cache write / 1M',
  outputPer1M: 'output / 1M',
  reasoningPer1M: 'reasoning / 1M',
  prices: 'prices',
};

export function fieldLabel(field: string): string {
  return LABELS[field] ?? field;
}

/** A value of a field as text. */
export function fieldText(field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  if (Array.isArray(value)) return value.length === 0 ? '—' : value.join(', ');
  if (typeof value === 'number') return field.endsWith('Per1M') ? formatPrice(value) : formatCompact(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return field === 'kind' || field === 'tier' ? text.toLowerCase() : text;
}

/** Whether a price or a window changes: what costs money or breaks requests should be seen first. */
export function isWeighty({ fields }: Pick<Change, 'fields'>): boolean {
  return fields.some(({ field }) => field.endsWith('Per1M') || field === 'contextWindow');
}

/** What to show of a new model: its id says the rest. */
const OF_NEW = ['kind', 'tier', 'contextWindow', 'inputPer1M', 'outputPer1M'];

export function shownFields({ kind, fields }: Change): Change['fields'] {
  return kind === 'NEW' ? fields.filter(({ field }) => OF_NEW.includes(field)) : fields;
}
