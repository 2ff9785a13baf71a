import { z } from 'zod';
import type { FieldProblem } from '../errors.ts';
import { routingSettings } from '../routing/settings.ts';
import { badInput, validate } from './validate.ts';
import type { ModelConfig, ModelConfigInput, TenantPrice } from './tenant-types.ts';

/** First path segments that are not a tenant's: contract of the gateway's paths. */
const RESERVED_SLUGS = new Set(['prism', 'v1', 'graphql', 'tenant-portal', 'health', 'metrics']);
/** Names that mean "choose for me". */
const ROUTED = new Set(['auto', 'auto-prism']);
const MAX_JSON_BYTES = 64 * 1024;

export const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const SLUG_RULE = 'must have 1 to 63 of a-z, 0-9 and -, and begin with a letter or digit';

export const displayName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must not hold control characters');

export const modelName = z
  .string()
  .regex(/^[^\p{Cc}\s]{1,256}$/u, 'must be the name of a model: 1 to 256 characters, no spaces');

/** USD for a million tokens, as exact as the column that keeps it: numeric(18, 6). */
export const pricePer1M = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine((price) => Number(price.toFixed(6)) === price, 'must have at most 6 decimals');

/** Any JSON object of bounded size. */
export const jsonObject = z
  .record(z.string(), z.unknown())
  .refine(
    (value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_JSON_BYTES,
    'must be smaller than 64 KB as JSON',
  );

const tenantPrice = z.strictObject({
  inputPer1M: pricePer1M,
  outputPer1M: pricePer1M,
  cachedInputPer1M: pricePer1M.nullish(),
  cacheWritePer1M: pricePer1M.nullish(),
  reasoningPer1M: pricePer1M.nullish(),
});

const perMinute = z.int().min(0).max(1_000_000_000);
export const lifetimeDays = z.int().min(0).max(3650);

const aliasName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$/, 'must have 1 to 128 letters, digits or . _ : / @ + -');

/** Keywords of rules may hold "*". Who writes one here would believe models forbidden that nothing forbids. */
const listedName = modelName.refine(
  (name) => !name.includes('*'),
  'must be the whole name of a model: "*" stands for nothing here',
);

const modelConfigInput = z.strictObject({
  mode: z.enum(['all', 'whitelist', 'blacklist']).nullish(),
  list: z.array(listedName).max(5000).nullish(),
  aliases: z.record(aliasName, modelName).nullish(),
});

export const tenantUpdate = z.strictObject({
  slug: z
    .string()
    .regex(SLUG, SLUG_RULE)
    .refine((slug) => !RESERVED_SLUGS.has(slug), 'is reserved; choose another')
    .nullish(),
  name: displayName.nullish(),
  providerIds: z.array(z.uuid('must be the id of a provider')).max(200).nullish(),
  modelConfig: modelConfigInput.nullish(),
  /** Checked only: what is stored is what was given, so that a default of tomorrow is in force tomorrow. */
  routing: routingSettings.nullish(),
  rateLimit: z
    .strictObject({ requestsPerMinute: perMinute.nullish(), tokensPerMinute: perMinute.nullish() })
    .nullish(),
  pricing: z.record(modelName, tenantPrice).nullish(),
  keyLifetimeDays: lifetimeDays.nullish(),
  active: z.boolean().nullish(),
});

export const tenantCreate = tenantUpdate.required({ slug: true, name: true }).extend({
  slug: tenantUpdate.shape.slug.unwrap().unwrap(),
  name: displayName,
});

/** The new model access: what the input leaves out stays. Throws bad_input; `prefix` is where the input stands. */
export function mergeModelConfig(
  current: ModelConfig,
  input: ModelConfigInput,
  prefix: readonly string[] = [],
): ModelConfig {
  const { mode, list, aliases } = validate(modelConfigInput, input, prefix);
  const merged = {
    mode: mode ?? current.mode,
    list: list ? [...new Set(list)] : current.list,
    aliases: aliases ?? current.aliases,
  };
  const problems = aliasProblems(merged.aliases, [...prefix, 'aliases'].join('.'));
  if (problems.length > 0) throw badInput(problems);
  return merged;
}

/** An alias is followed once; so its target must be a model, not another alias. */
function aliasProblems(aliases: Readonly<Record<string, string>>, path: string): FieldProblem[] {
  return Object.entries(aliases).flatMap(([alias, target]) => {
    const problem = aliasProblem(aliases, alias, target);
    return problem === null ? [] : [{ path: `${path}.${alias}`, message: problem }];
  });
}

function aliasProblem(
  aliases: Readonly<Record<string, string>>,
  alias: string,
  target: string,
): string | null {
  if (ROUTED.has(alias)) return 'is a reserved name; choose another';
  if (target === alias) return 'points to itself; name the model that it stands for';
  if (Object.hasOwn(aliases, target)) return `points to another alias ("${target}"); name the model itself`;
  return null;
}

/** Without the members that say nothing. */
export function compactPricing(
  pricing: Readonly<Record<string, z.output<typeof tenantPrice>>>,
): Record<string, TenantPrice> {
  return Object.fromEntries(
    Object.entries(pricing).map(([model, { inputPer1M, outputPer1M, ...rest }]) => [
      model,
      {
        inputPer1M,
        outputPer1M,
        ...(rest.cachedInputPer1M == null ? {} : { cachedInputPer1M: rest.cachedInputPer1M }),
        ...(rest.cacheWritePer1M == null ? {} : { cacheWritePer1M: rest.cacheWritePer1M }),
        ...(rest.reasoningPer1M == null ? {} : { reasoningPer1M: rest.reasoningPer1M }),
      },
    ]),
  );
}

const storedAliases = z.record(z.string(), z.string());
const storedObject = z.record(z.string(), z.unknown());
const storedPricing = z.record(z.string(), tenantPrice);

/** What the JSON columns hold; a row that somebody spoilt by hand reads as empty. */
function readAliases(value: unknown): Record<string, string> {
  return storedAliases.safeParse(value).data ?? {};
}

export function readObject(value: unknown): Record<string, unknown> {
  return storedObject.safeParse(value).data ?? {};
}

export function readPricing(value: unknown): Record<string, TenantPrice> {
  return compactPricing(storedPricing.safeParse(value).data ?? {});
}

/** The database's names of the modes. */
const MODE_NAMES = { ALL: 'all', WHITELIST: 'whitelist', BLACKLIST: 'blacklist' } as const;

/** Which models a tenant may use, as its row says it. */
export function readModelConfig(row: {
  readonly modelMode: keyof typeof MODE_NAMES;
  readonly modelList: readonly string[];
  readonly aliases: unknown;
}): ModelConfig {
  return { mode: MODE_NAMES[row.modelMode], list: row.modelList, aliases: readAliases(row.aliases) };
}
