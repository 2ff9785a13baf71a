import { CallableModelsDocument } from '#lib/generated/graphql.ts';
import type { CallableModelsQuery, ModelMode } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';

type Provider = Pick<CallableModelsQuery['providers'][number], 'id' | 'slug' | 'active' | 'models'>;

/** Whose first try it is; without it, anybody's. */
export interface Caller {
  /** In the order in which they are tried. */
  readonly providerIds: readonly string[];
  readonly modelConfig?: { readonly mode: ModelMode; readonly list: readonly string[] };
}

/**
 * The chat model that a first try should name: the cheapest of the first provider that has one, as trying should
 * cost little. Null = there is none that the caller may use.
 */
export function chatModelOf(providers: readonly Provider[], caller?: Caller): string | null {
  const inOrder =
    caller === undefined
      ? providers
      : caller.providerIds.flatMap((id) => providers.filter((provider) => provider.id === id));
  for (const { active, slug, models } of inOrder) {
    if (!active) continue;
    const [cheapest] = models
      .filter(({ kind, visible, missingSince }) => kind === 'CHAT' && visible && missingSince === null)
      .filter(({ modelId }) => isAllowed(caller?.modelConfig, slug, modelId))
      // Without a price: last, in the provider's order.
      .toSorted((a, b) => (a.inputPer1M ?? Number.MAX_VALUE) - (b.inputPer1M ?? Number.MAX_VALUE));
    if (cheapest !== undefined) return cheapest.modelId;
  }
  return null;
}

function isAllowed(config: Caller['modelConfig'], slug: string, modelId: string): boolean {
  if (config === undefined || config.mode === 'ALL') return true;
  const isListed = config.list.includes(modelId) || config.list.includes(`${slug}/${modelId}`);
  return isListed === (config.mode === 'WHITELIST');
}

/** The same, asked of the server. */
export async function firstChatModel(caller: Caller): Promise<string | null> {
  const outcome = await ask(CallableModelsDocument, {});
  return outcome.ok ? chatModelOf(outcome.data.providers, caller) : null;
}
