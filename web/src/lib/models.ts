import { CallableModelsDocument } from '#lib/generated/graphql.ts';
import type { CallableModelsQuery } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';

type Provider = Pick<CallableModelsQuery['providers'][number], 'id' | 'active'> & {
  readonly models: readonly Pick<
    CallableModelsQuery['providers'][number]['models'][number],
    'modelId' | 'kind' | 'visible' | 'missingSince'
  >[];
};

/** The chat model that a first try should name, of the providers given, in their order; null = there is none. */
export function chatModelOf(providers: readonly Provider[], providerIds?: readonly string[]): string | null {
  const inOrder =
    providerIds === undefined
      ? providers
      : providerIds.flatMap((id) => providers.filter((provider) => provider.id === id));
  for (const { active, models } of inOrder) {
    if (!active) continue;
    const model = models.find(
      ({ kind, visible, missingSince }) => kind === 'CHAT' && visible && missingSince === null,
    );
    if (model !== undefined) return model.modelId;
  }
  return null;
}

/** The same, asked of the server. */
export async function firstChatModel(providerIds: readonly string[]): Promise<string | null> {
  const outcome = await ask(CallableModelsDocument, {});
  return outcome.ok ? chatModelOf(outcome.data.providers, providerIds) : null;
}
