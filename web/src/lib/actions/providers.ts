import { invalidate } from '$app/navigation';
import {
  CheckProviderDocument,
  CreateProviderDocument,
  DeleteProviderDocument,
  DiscoverModelsDocument,
  SetProviderActiveDocument,
} from '#lib/generated/graphql.ts';
import type { CreateProviderInput } from '#lib/generated/graphql.ts';
import { act } from '#lib/graphql/client.ts';

export function createProvider(input: CreateProviderInput) {
  return act(CreateProviderDocument, 'createProvider', { input });
}

export async function setProviderActive(id: string, active: boolean) {
  const outcome = await act(SetProviderActiveDocument, 'updateProvider', { id, active });
  await invalidate('prism:providers');
  return outcome;
}

export function deleteProvider(id: string) {
  return act(DeleteProviderDocument, 'deleteProvider', { id });
}

/** Every step with its outcome; what the provider does is never a failure of the call. */
export async function checkProvider(id: string) {
  const outcome = await act(CheckProviderDocument, 'checkProvider', { id });
  await invalidate('prism:providers');
  return outcome;
}

/** Asks the provider for its models. Its status changes with the outcome, so the page reads it again either way. */
export async function discoverModels(id: string) {
  const outcome = await act(DiscoverModelsDocument, 'discoverModels', { providerId: id });
  await invalidate('prism:providers');
  return outcome;
}
