import { updateModelConfig, updateTenant } from '#lib/actions/tenants.ts';
import { Edit } from '#lib/edit/edit.svelte.ts';
import { TenantSettingsNowDocument } from '#lib/generated/graphql.ts';
import type { ModelConfigInput, TenantSettingsFragment, UpdateTenantInput } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { mapOutcome } from '#lib/graphql/outcome.ts';

/** All that is edited of a tenant. */
export type TenantSettings = TenantSettingsFragment;

type Values<T> = (tenant: TenantSettings) => T;
type Together<T> = readonly (readonly (keyof T & string)[])[];
type ToInput<T, Input> = (patch: Partial<T>, onto: TenantSettings) => Input;

/** A part of a tenant's settings in a form; `together`: as in Editing. Make it while a component is set up. */
export function editTenant<T extends Record<string, unknown>>(
  tenant: () => TenantSettings,
  values: Values<T>,
  input: ToInput<T, UpdateTenantInput>,
  together: Together<T> = [],
): Edit<TenantSettings, T> {
  return edit(tenant, values, together, (patch, onto) =>
    updateTenant(onto.id, input(patch, onto), onto.updatedAt),
  );
}

/** Its models and aliases, as its own admin may change them. */
export function editModelConfig<T extends Record<string, unknown>>(
  tenant: () => TenantSettings,
  values: Values<T>,
  input: ToInput<T, ModelConfigInput>,
  together: Together<T> = [],
): Edit<TenantSettings, T> {
  return edit(tenant, values, together, (patch, onto) =>
    updateModelConfig(onto.id, input(patch, onto), onto.updatedAt),
  );
}

function edit<T extends Record<string, unknown>>(
  stored: () => TenantSettings,
  values: Values<T>,
  together: Together<T>,
  write: ConstructorParameters<typeof Edit<TenantSettings, T>>[0]['write'],
): Edit<TenantSettings, T> {
  return new Edit({
    stored,
    values,
    together,
    write,
    read: async () => {
      const outcome = await ask(TenantSettingsNowDocument, { id: stored().id });
      return mapOutcome(outcome, (data) => data.tenant);
    },
    saved: () => 'Saved. The gateway knows within a second.',
  });
}
