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

/** What is missing from `input` stays as it is. `base`: refused when it has been changed since this moment. */
export function updateTenant(id: string, input: UpdateTenantInput, base: string | null = null) {
  return thenRead(act(UpdateTenantDocument, 'updateTenant', { id, input, baseUpdatedAt: base }));
}

/** One of many: whoever changes them reads them again at the end. */
export function switchTenant(id: string, active: boolean) {
  return act(UpdateTenantDocument, 'updateTenant', { id, input: { active }, baseUpdatedAt: null });
}

/** The same as updateTenant, for the tenant's own admin. */
export function updateModelConfig(tenantId: string, input: ModelConfigInput, base: string | null = null) {
  return thenRead(
    act(UpdateModelConfigDocument, 'updateModelConfig', { tenantId, input, baseUpdatedAt: base }),
  );
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

/** The pages that show tenants ask again. */
export function readTenants(): Promise<void> {
  return invalidate('prism:tenants');
}

/** What is shown afterwards is what the server has, not what was sent. */
async function thenRead<T>(work: Promise<Outcome<T>>): Promise<Outcome<T>> {
  const outcome = await work;
  if (outcome.ok) await readTenants();
  return outcome;
}
