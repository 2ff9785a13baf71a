import { z } from 'zod';
import type { FieldProblem } from '../errors.ts';
import type { Adapter, FormField } from '../providers/adapter.ts';
import { displayName, jsonObject, SLUG, SLUG_RULE } from './tenant-schema.ts';
import { problemsOf } from './validate.ts';

const secret = z
  .string()
  .max(8192)
  .regex(/^[\x20-\x7e]*$/, 'must consist of printable ASCII characters');

const config = z.strictObject({
  baseUrl: z.string().max(2000).nullish(),
  auth: z
    .strictObject({
      type: z.enum(['api_key', 'bearer', 'aws_credentials', 'none']).nullish(),
      apiKey: secret.nullish(),
      accessKeyId: secret.nullish(),
      secretAccessKey: secret.nullish(),
      region: z
        .string()
        .regex(/^[a-z0-9-]{0,64}$/, 'must be a region such as eu-central-1')
        .nullish(),
    })
    .nullish(),
  options: jsonObject.nullish(),
});

export const providerUpdate = z.strictObject({
  name: displayName.nullish(),
  slug: z.string().regex(SLUG, SLUG_RULE).nullish(),
  type: z.string().nullish(),
  config: config.nullish(),
  active: z.boolean().nullish(),
});

/** Settings to be tried; with an `id`, secrets that are not given are those of that provider. */
export const providerDraft = z.strictObject({
  id: z.string().nullish(),
  type: z.string(),
  config: config.nullish(),
});

export const providerCreate = providerUpdate.extend({ name: displayName, type: z.string() });

/** A provider's settings as they are going to be, with credentials by name. */
export interface WholeConfig {
  readonly baseUrl: string;
  readonly auth: Readonly<Record<string, string | null | undefined>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the adapter's form says is missing, of the wrong kind, or not one of its options. */
export function formProblems(adapter: Adapter, whole: WholeConfig): FieldProblem[] {
  const known = adapter.form.flatMap(({ path }) => (path.startsWith('options.') ? [path.slice(8)] : []));
  const unknown = Object.keys(whole.options).filter((name) => name !== 'timeouts' && !known.includes(name));
  return [
    ...adapter.form.flatMap((field) => {
      const problem = fieldProblem(field, valueAt(whole, field.path));
      return problem === null ? [] : [{ path: `config.${field.path}`, message: problem }];
    }),
    ...timeoutProblems(whole.options['timeouts']),
    ...unknown.map((name) => ({
      path: `config.options.${name}`,
      message: `is no option of ${adapter.label}; known: ${[...known, 'timeouts'].join(', ')}`,
    })),
  ];
}

const milliseconds = z.int().min(1).max(3_600_000).nullish();
const timeouts = z.strictObject({
  connectMs: milliseconds,
  firstByteMs: milliseconds,
  betweenBytesMs: milliseconds,
});

/** `options.timeouts`, which every provider may have: how long the gateway waits for what. */
function timeoutProblems(value: unknown): FieldProblem[] {
  return value === undefined || value === null
    ? []
    : problemsOf(timeouts, value, ['config', 'options', 'timeouts']);
}

export function valueAt(whole: WholeConfig, path: string): unknown {
  const [group, name] = path.split('.');
  if (group === 'baseUrl') return whole.baseUrl;
  if (name === undefined) return undefined;
  return group === 'auth' ? whole.auth[name] : whole.options[name];
}

function fieldProblem(field: FormField, value: unknown): string | null {
  if (value === undefined || value === null || value === '') return field.required ? 'is required' : null;
  switch (field.kind) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? null : 'must be a number';
    case 'boolean':
      return typeof value === 'boolean' ? null : 'must be true or false';
    case 'select':
      return field.options?.some((option) => option === value)
        ? null
        : `must be one of: ${field.options?.join(', ') ?? ''}`;
    case 'url':
      return typeof value === 'string' && /^https?:\/\/\S+$/i.test(value)
        ? null
        : 'must be a URL that begins with http:// or https://';
    default:
      return typeof value === 'string' ? null : 'must be a text';
  }
}

/** A slug made of a name: "Open AI (EU)" → "open-ai-eu". Short enough for "-2" and the like. */
export function slugify(name: string, fallback: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 56)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? fallback : slug;
}
