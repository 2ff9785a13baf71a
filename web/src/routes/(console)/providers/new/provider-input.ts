import type {
  AuthType,
  CreateProviderInput,
  ProviderAuthInput,
  ProviderDetailsFragment,
  ProviderKindFragment,
  TryProviderInput,
  UpdateProviderInput,
} from '#lib/generated/graphql.ts';

export type ProviderKind = ProviderKindFragment;
export type FormFieldData = ProviderKind['form'][number];
export type FieldValue = string | boolean;
/** By the field's path in `config`: `auth.apiKey`, `options.organization`. */
export type FieldValues = Record<string, FieldValue>;

/** What every type may have beside the fields of its own: how long the gateway waits for what, in ms. */
export const TIMEOUTS: readonly FormFieldData[] = [
  timeout('connectMs', 'Connecting', '5000'),
  timeout('firstByteMs', 'First byte of an answer', '120000'),
  timeout('betweenBytesMs', 'Between two pieces of an answer', '60000'),
];

function timeout(name: string, label: string, placeholder: string): FormFieldData {
  const path = `options.timeouts.${name}`;
  return { path, label, kind: 'number', required: false, help: null, placeholder, options: [] };
}

/** All fields of a type's form, in their order. */
export function fieldsOf(kind: ProviderKind): readonly FormFieldData[] {
  return [...kind.form, ...TIMEOUTS];
}

/** What a form for a new provider starts with. */
export function initialValues(kind: ProviderKind): FieldValues {
  return Object.fromEntries(
    fieldsOf(kind).map((field): [string, FieldValue] => {
      if (field.kind === 'boolean') return [field.path, false];
      if (field.path === 'baseUrl') return [field.path, kind.defaultBaseUrl];
      return [field.path, field.kind === 'select' && field.required ? (field.options[0] ?? '') : ''];
    }),
  );
}

/** What a form for a stored provider starts with. Secrets are never given back: theirs is ''. */
export function storedValues(kind: ProviderKind, { config }: ProviderDetailsFragment): FieldValues {
  return Object.fromEntries(
    fieldsOf(kind).map((field): [string, FieldValue] => {
      const value = storedValue(field.path, config);
      if (field.kind === 'boolean') return [field.path, value === true];
      return [field.path, typeof value === 'string' || typeof value === 'number' ? String(value) : ''];
    }),
  );
}

function storedValue(path: string, config: ProviderDetailsFragment['config']): unknown {
  const [group, name = '', inner] = path.split('.');
  // The API path is kept apart from the address that it was typed with.
  if (group === 'baseUrl') return config.baseUrl;
  if (path === 'auth.type') return config.auth.type.toLowerCase();
  if (path === 'auth.region') return config.auth.region;
  if (group !== 'options') return '';
  const option = config.options[name];
  return inner === undefined ? option : isRecord(option) ? option[inner] : undefined;
}

type ConfigInput = NonNullable<CreateProviderInput['config']>;

/** What a new provider's form says. What was left empty is left out. */
export function toConfig(kind: ProviderKind, values: Readonly<FieldValues>): ConfigInput {
  const filled = fieldsOf(kind).flatMap((field) => {
    const value = read(field, values[field.path]);
    return value === null ? [] : [[field.path, value] as const];
  });
  return configOf(filled, {});
}

export function toProviderInput(
  kind: ProviderKind,
  name: string,
  values: Readonly<FieldValues>,
): CreateProviderInput {
  return { name, type: kind.type, config: toConfig(kind, values) };
}

/** What differs from the stored provider. Options are replaced as a whole, so those that stay are sent along. */
export function toProviderChanges(
  kind: ProviderKind,
  provider: ProviderDetailsFragment,
  changed: Readonly<Partial<Record<string, FieldValue>>>,
): UpdateProviderInput {
  const { name, slug, ...rest } = changed;
  const paths = Object.keys(rest);
  const fields = fieldsOf(kind).filter(({ path }) => paths.includes(path));
  const config = configOf(
    fields.map((field) => [field.path, read(field, rest[field.path])] as const),
    provider.config.options,
  );
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof slug === 'string' ? { slug } : {}),
    ...(fields.length === 0 ? {} : { config }),
  };
}

/** The same, to be tried before it is saved. */
export function toTrial(
  kind: ProviderKind,
  provider: ProviderDetailsFragment | null,
  values: Readonly<Partial<Record<string, FieldValue>>>,
): TryProviderInput {
  if (provider !== null) {
    const { config } = toProviderChanges(kind, provider, values);
    return { id: provider.id, type: kind.type, ...(config == null ? {} : { config }) };
  }
  const all: FieldValues = {};
  for (const [path, value] of Object.entries(values)) if (value !== undefined) all[path] = value;
  return { type: kind.type, config: toConfig(kind, all) };
}

type Read = string | number | boolean | null;

/** `null` of an option takes it out; of the address or a secret it stays as it is stored. */
function configOf(
  entries: readonly (readonly [string, Read])[],
  storedOptions: Readonly<Record<string, unknown>>,
): ConfigInput {
  const auth: ProviderAuthInput = {};
  const options: Record<string, unknown> = { ...storedOptions };
  let baseUrl: string | null = null;
  let hasOptions = false;
  for (const [path, value] of entries) {
    const [group, name = '', inner] = path.split('.');
    if (group === 'baseUrl') baseUrl = value === null ? null : String(value);
    else if (group === 'auth') setAuth(auth, name, value);
    else if (group === 'options') {
      hasOptions = true;
      if (inner === undefined) set(options, name, value);
      else options[name] = withMember(options[name], inner, value);
      if (isRecord(options[name]) && Object.keys(options[name]).length === 0) delete options[name];
    }
  }
  return {
    ...(baseUrl === null ? {} : { baseUrl }),
    ...(Object.keys(auth).length === 0 ? {} : { auth }),
    ...(hasOptions ? { options } : {}),
  };
}

const AUTH_TYPES: Readonly<Record<string, AuthType>> = {
  api_key: 'API_KEY',
  bearer: 'BEARER',
  aws_credentials: 'AWS_CREDENTIALS',
  none: 'NONE',
};

function setAuth(auth: ProviderAuthInput, name: string, value: Read): void {
  if (value === null) return;
  const text = String(value);
  if (name === 'type') auth.type = AUTH_TYPES[text] ?? null;
  else if (name === 'apiKey') auth.apiKey = text;
  else if (name === 'accessKeyId') auth.accessKeyId = text;
  else if (name === 'secretAccessKey') auth.secretAccessKey = text;
  else if (name === 'region') auth.region = text;
}

function set(record: Record<string, unknown>, name: string, value: Read): void {
  if (value === null) delete record[name];
  else record[name] = value;
}

function withMember(record: unknown, name: string, value: Read): Record<string, unknown> {
  const copy = isRecord(record) ? { ...record } : {};
  set(copy, name, value);
  return copy;
}

function read(field: FormFieldData, value: FieldValue | undefined): Read {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? true : null;
  const text = value.trim();
  if (text === '') return null;
  return field.kind === 'number' ? Number(text) : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
