import { invalidate } from '$app/navigation';
import { PROVIDERS, updateProvider } from '#lib/actions/providers.ts';
import { plainWords } from '#lib/edit/clash.ts';
import { Edit } from '#lib/edit/edit.svelte.ts';
import { ProviderDetailDocument } from '#lib/generated/graphql.ts';
import type { ProviderDetailsFragment } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { mapOutcome } from '#lib/graphql/outcome.ts';
import { fieldsOf, storedValues, toProviderChanges } from '../../new/provider-input.ts';
import type { FieldValues, ProviderKind } from '../../new/provider-input.ts';

/** A provider's settings in a form; secrets only ever go in. Make it while a component is set up. */
export function editProvider(
  provider: () => ProviderDetailsFragment,
  kind: () => ProviderKind,
  onsaved: () => void,
): Edit<ProviderDetailsFragment, FieldValues> {
  return new Edit({
    stored: provider,
    values: (of): FieldValues => ({ name: of.name, slug: of.slug, ...storedValues(kind(), of) }),
    unseen: secretsOf(kind()),
    read: async () => {
      const outcome = await ask(ProviderDetailDocument, { id: provider().id });
      // The rest of the page shows what the others have made of it, too.
      void invalidate(PROVIDERS);
      return mapOutcome(outcome, (data) => data.provider);
    },
    write: async (patch, onto) => {
      const outcome = await updateProvider(onto.id, toProviderChanges(kind(), onto, patch), onto.updatedAt);
      if (outcome.ok) onsaved();
      return outcome;
    },
    saved: () => 'The settings are saved',
  });
}

/** A field's value in words; a secret is never said, neither theirs nor what was typed here. */
export function providerWords(value: unknown, field: string, kind: ProviderKind): string {
  if (!secretsOf(kind).includes(field)) return plainWords(value);
  return value === undefined ? 'perhaps a new one, too: it is never shown' : 'a new one';
}

function secretsOf(kind: ProviderKind): readonly string[] {
  return fieldsOf(kind).flatMap((field) => (field.kind === 'secret' ? [field.path] : []));
}

/** What the fields are called. */
export function providerLabels(kind: ProviderKind): Readonly<Record<string, string>> {
  const own = fieldsOf(kind).map(({ path, label }) => [path, label] as const);
  return { name: 'Name', slug: 'Short name', ...Object.fromEntries(own) };
}
