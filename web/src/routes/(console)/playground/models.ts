import type { ModelOption } from '#lib/components/ModelCombo.svelte';
import { formatPrice } from '#lib/format/money.ts';
import type { TenantChatModelsQuery } from '#lib/generated/graphql.ts';

type Model = NonNullable<TenantChatModelsQuery['tenant']>['models'][number];

/** Each of them runs; `m` in the address, once for each column. `auto` when it says nothing. */
export function readModels(search: Pick<URLSearchParams, 'getAll'>): string[] {
  const given = search.getAll('m').slice(0, 4);
  return given.length === 0 ? ['auto'] : given;
}

export function withModels(href: string, models: readonly string[]): URL {
  const next = new URL(href);
  next.searchParams.delete('m');
  for (const model of models) next.searchParams.append('m', model);
  return next;
}

/** What the tenant may chat with, `auto` first. */
export function chatOptions(models: readonly Model[]): ModelOption[] {
  const chats = models.filter(({ kind }) => kind === 'CHAT');
  const names = chats.flatMap((model) => [
    { value: model.id, note: noteOf(model) },
    ...model.aliases.map((alias) => ({ value: alias, note: `alias of ${model.id}` })),
  ]);
  return [{ value: 'auto', note: 'the gateway chooses' }, ...names];
}

function noteOf({ tier, inputPer1M, outputPer1M }: Model): string {
  const price = `${formatPrice(inputPer1M)} / ${formatPrice(outputPer1M)}`;
  return tier === null ? price : `${tier.toLowerCase()}, ${price}`;
}
