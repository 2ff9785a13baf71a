import type { CreateProviderInput, ProviderTypesQuery } from '#lib/generated/graphql.ts';

export type ProviderKind = ProviderTypesQuery['providerTypes'][number];
export type FormFieldData = ProviderKind['form'][number];
export type FieldValue = string | boolean;

/** What the form starts with. */
export function initialValues(kind: ProviderKind): Record<string, FieldValue> {
  return Object.fromEntries(
    kind.form.map((field): [string, FieldValue] => {
      if (field.kind === 'boolean') return [field.path, false];
      if (field.path === 'baseUrl') return [field.path, kind.defaultBaseUrl];
      return [field.path, field.kind === 'select' && field.required ? (field.options[0] ?? '') : ''];
    }),
  );
}

/**
 * The values of a form, keyed by their paths in `config` (`auth.apiKey`, `options.organization`), as the input of
 * the mutation. What was left empty is left out.
 */
export function toProviderInput(
  kind: ProviderKind,
  name: string,
  values: Readonly<Record<string, FieldValue>>,
): CreateProviderInput {
  const auth: Record<string, unknown> = {};
  const options: Record<string, unknown> = {};
  let baseUrl: string | null = null;
  for (const field of kind.form) {
    const value = read(field, values[field.path]);
    if (value === null) continue;
    if (field.path === 'baseUrl') baseUrl = String(value);
    else if (field.path === 'auth.type') auth['type'] = String(value).toUpperCase();
    else if (field.path.startsWith('auth.')) auth[field.path.slice('auth.'.length)] = value;
    else if (field.path.startsWith('options.')) options[field.path.slice('options.'.length)] = value;
  }
  return {
    name,
    type: kind.type,
    config: {
      ...(baseUrl === null ? {} : { baseUrl }),
      ...(Object.keys(auth).length === 0 ? {} : { auth }),
      ...(Object.keys(options).length === 0 ? {} : { options }),
    },
  };
}

function read(field: FormFieldData, value: FieldValue | undefined): string | number | boolean | null {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? true : null;
  const text = value.trim();
  if (text === '') return null;
  return field.kind === 'number' ? Number(text) : text;
}
