import { invalidate } from '$app/navigation';
import {
  CreateKeyDocument,
  CreateTenantDocument,
  DeleteKeyDocument,
  DeleteTenantDocument,
  RotateKeyDocument,
  SetKeyDocument,
  UpdateKeyDocument,
  UpdateModelConfigDocument,
  UpdateTenantDocument,
} from '#lib/generated/graphql.ts';
import type {
  CreateKeyInput,
  CreateTenantInput,
  ModelConfigInput,
  SetKeyInput,
  UpdateKeyInput,
  UpdateTenantInput,
} from '#lib/generated/graphql.ts';
import { act } from '#lib/graphql/client.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';

export function createTenant(input: CreateTenantInput) {
  return act(CreateTenantDocument, 'createTenant', { input });
}

/** What is missing from `input` stays as it is. */
export function updateTenant(id: string, input: UpdateTenantInput) {
  return thenRead(act(UpdateTenantDocument, 'updateTenant', { id, input }));
}

export function updateModelConfig(tenantId: string, input: ModelConfigInput) {
  return thenRead(act(UpdateModelConfigDocument, 'updateModelConfig', { tenantId, input }));
}

export function deleteTenant(id: string) {
  return act(DeleteTenantDocument, 'deleteTenant', { id });
}

export function createKey(tenantId: string, input: CreateKeyInput) {
  return thenRead(act(CreateKeyDocument, 'createKey', { tenantId, input }));
}

/** A new secret for the primary key; the old one stops at once. */
export function rotateKey(tenantId: string) {
  return thenRead(act(RotateKeyDocument, 'rotateKey', { tenantId }));
}

/** A secret of one's own for the primary key; the old one stops at once. */
export function setKey(tenantId: string, input: SetKeyInput) {
  return thenRead(act(SetKeyDocument, 'setKey', { tenantId, input }));
}

export function updateKey(id: string, input: UpdateKeyInput) {
  return thenRead(act(UpdateKeyDocument, 'updateKey', { id, input }));
}

export function deleteKey(id: string) {
  return thenRead(act(DeleteKeyDocument, 'deleteKey', { id }));
}

/** What is shown afterwards is what the server has, not what was sent. */
async function thenRead<T>(work: Promise<Outcome<T>>): Promise<Outcome<T>> {
  const outcome = await work;
  if (outcome.ok) await invalidate('prism:tenants');
  return outcome;
}
