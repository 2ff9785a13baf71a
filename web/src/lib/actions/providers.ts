import { invalidate } from '$app/navigation';
import {
  ChatWithProviderDocument,
  CheckProviderDocument,
  CreateProviderDocument,
  DeleteProviderDocument,
  DiscoverModelsDocument,
  PreviewDiscoveryDocument,
  TryProviderDocument,
  UpdateProviderDocument,
} from '#lib/generated/graphql.ts';
import type {
  ChatWithProviderInput,
  CreateProviderInput,
  TryProviderInput,
  UpdateProviderInput,
} from '#lib/generated/graphql.ts';
import { act } from '#lib/graphql/client.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';

/** What the pages about providers follow. */
export const PROVIDERS = 'prism:providers';

export function createProvider(input: CreateProviderInput) {
  return act(CreateProviderDocument, 'createProvider', { input });
}

/** What is missing from `input` stays as it is. `base`: refused when the provider has been changed since this moment. */
export function updateProvider(id: string, input: UpdateProviderInput, base: string | null = null) {
  return thenRead(act(UpdateProviderDocument, 'updateProvider', { id, input, baseUpdatedAt: base }));
}

export function setProviderActive(id: string, active: boolean) {
  return updateProvider(id, { active });
}

export function deleteProvider(id: string) {
  return act(DeleteProviderDocument, 'deleteProvider', { id });
}

/** Every step with its outcome; what the provider does is never a failure of the call. */
export function checkProvider(id: string) {
  return thenRead(act(CheckProviderDocument, 'checkProvider', { id }));
}

/** The same for settings that are not stored; a wrong field is a failure. */
export function tryProvider(input: TryProviderInput) {
  return act(TryProviderDocument, 'tryProvider', { input });
}

/** What asking the provider for its models would change. */
export function previewDiscovery(providerId: string) {
  return act(PreviewDiscoveryDocument, 'previewDiscovery', { providerId });
}

/** Takes the provider's list over: all of it, or `only` these models. */
export function discoverModels(providerId: string, only: readonly string[] | null = null) {
  const variables = only === null ? { providerId } : { providerId, only: [...only] };
  return thenRead(act(DiscoverModelsDocument, 'discoverModels', variables));
}

export function chatWithProvider(id: string, input: ChatWithProviderInput) {
  return act(ChatWithProviderDocument, 'chatWithProvider', { id, input });
}

/** The provider's status changes with the outcome, so the page reads it again either way. */
async function thenRead<T>(work: Promise<Outcome<T>>): Promise<Outcome<T>> {
  const outcome = await work;
  await invalidate(PROVIDERS);
  return outcome;
}
