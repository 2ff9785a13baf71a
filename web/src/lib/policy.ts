import { counted } from '#lib/format/count.ts';
import type { ModelMode } from '#lib/generated/graphql.ts';

/** Every way to say which models a tenant may use. */
export const MODES = {
  ALL: { label: 'All models', help: 'Every model of its providers.' },
  WHITELIST: { label: 'Only those listed', help: 'Nothing else; an empty list allows nothing.' },
  BLACKLIST: { label: 'All but those listed', help: 'Every model of its providers that is not on the list.' },
} as const satisfies Record<ModelMode, { label: string; help: string }>;

export function policySentence({ mode, list }: { mode: ModelMode; list: readonly string[] }): string {
  if (mode === 'ALL') return 'All';
  const count = counted(list.length, 'model');
  return mode === 'WHITELIST' ? `Only ${count}` : `All but ${count}`;
}

/** One model a line; empty lines and repeats fall away. */
export function parseModels(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}
