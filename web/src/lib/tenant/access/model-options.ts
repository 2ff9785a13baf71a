import type { ModelOption } from '#lib/components/ModelCombo.svelte';
import type { AccessRowFragment } from '#lib/generated/graphql.ts';

/** What can be named: each model by its id, and each provider's by its own. */
export function modelOptions(rows: readonly AccessRowFragment[]): ModelOption[] {
  const byId = new Map<string, string[]>();
  for (const { model, provider } of rows) byId.set(model.id, [...(byId.get(model.id) ?? []), provider]);
  const ids = [...byId].map(([value, providers]) => ({ value, note: providers.join(', ') }));
  const pinned = rows.map(({ model, provider }) => ({ value: model.prefixedId, note: `only ${provider}` }));
  return [...ids, ...pinned];
}
