import { AXES } from '../catalog/benchmarks.ts';
import { ROLES } from '../identity/actor.ts';
import { SCOPE_NAMES } from '../identity/policy.ts';
import { ACCESS_REASONS } from '../domain/model-access.ts';
import { TIERS } from '../domain/provider-models.ts';
import { REQUEST_ORDERS } from '../domain/request-log-rows.ts';
import { CLASSIFICATION_SOURCES, COMPLEXITIES, DOMAINS, RULE_KINDS } from '../domain/routing-types.ts';
import { LOG_LEVELS } from '../log.ts';

/**
 * Every enum of the schema. The values are spelt as the domain and REST spell them; GraphQL's own spelling follows
 * from that (`tenant-admin` → `TENANT_ADMIN`), so nobody keeps a second list.
 */
export const ENUMS = {
  Role: { description: 'What a person of the console may do.', values: ROLES },
  UserSource: {
    description: 'Where a user’s password is kept: here, or in the LDAP directory.',
    values: ['local', 'ldap'],
  },
  AccessScope: {
    description: 'What an access token may do, as far as its user may do it.',
    values: SCOPE_NAMES,
  },
  ModelMode: {
    description: 'Which models a tenant may use: all, only those listed, or all but those listed.',
    values: ['all', 'whitelist', 'blacklist'],
  },
  AccessReason: {
    description:
      'Why a tenant may use a model or not: every model is allowed, it is listed, it is not among those kept out; it is not listed, it is kept out; it is hidden, its provider does not list it any more, its provider is switched off.',
    values: ACCESS_REASONS,
  },
  ModelKind: { description: 'What a model is called for.', values: ['chat', 'embedding', 'other'] },
  PriceSource: {
    description:
      'Who says what a model costs: an administrator, the provider’s own list, the catalog that ships with the product, or nobody.',
    values: ['own', 'provider', 'catalog', 'none'],
  },
  DiscoveryChangeKind: {
    description:
      'What a discovery makes of a model; kept = nothing, because what would change was set by hand.',
    values: ['new', 'changed', 'gone', 'back', 'kept'],
  },
  Tier: { description: 'What a model costs and can do, in ascending order.', values: TIERS },
  AuthType: {
    description: 'How we sign in to a provider.',
    values: ['api_key', 'bearer', 'aws_credentials', 'none'],
  },
  ProviderStatus: {
    description: 'The outcome of the last check or discovery.',
    values: ['unchecked', 'connected', 'error'],
  },
  BenchmarkAxis: {
    description: 'What a category measures models by.',
    values: AXES,
  },
  SkipReason: {
    description:
      'Why a preset left a category alone: somebody chose its model by hand, no benchmarked model can do it, or it has the best one already.',
    values: ['set_by_hand', 'no_model', 'unchanged'],
  },
  RoutingDomain: {
    description: 'The subject of a request, as far as it changes who may answer it.',
    values: DOMAINS,
  },
  RoutingComplexity: { description: 'How demanding a request is.', values: COMPLEXITIES },
  ClassificationSource: {
    description: 'Who said what a request is: the local classifier, a model, markers in it, or a rule.',
    values: CLASSIFICATION_SOURCES,
  },
  RuleKind: {
    description: 'Whether a rule looks for keywords, or for the role that a system prompt gives.',
    values: RULE_KINDS,
  },
  LogLevel: { description: 'The least severe line that is logged.', values: LOG_LEVELS },
  RequestOperation: {
    description: 'Which of the gateway’s doors a request used.',
    values: ['chat', 'embeddings'],
  },
  RequestStatus: {
    description: 'How a request ended; aborted = the client went away.',
    values: ['success', 'error', 'aborted'],
  },
  RequestOrder: {
    description:
      'What the topmost requests have most of: cost, time until the first byte, duration, or tokens of both kinds.',
    values: REQUEST_ORDERS,
  },
} as const satisfies Record<string, { description: string; values: readonly string[] }>;

export type EnumName = keyof typeof ENUMS;
export type EnumValue<Name extends EnumName> = (typeof ENUMS)[Name]['values'][number];

/** `tenant-admin` → `TENANT_ADMIN`, `usage:read` → `USAGE_READ`. */
export function graphqlSpelling(value: string): string {
  return value.toUpperCase().replaceAll(/[-:]/g, '_');
}

/** `TENANT_ADMIN` → `tenant-admin`; a name that the enum does not have is given back as it is. */
export function plainSpelling(name: EnumName, spelt: string): string {
  const values: readonly string[] = ENUMS[name].values;
  return values.find((value) => graphqlSpelling(value) === spelt) ?? spelt;
}

/** A database value (`TENANT_ADMIN`, `connected`) as a value of the enum. Throws for a value that it does not have. */
export function enumValue<Name extends EnumName>(name: Name, stored: string): EnumValue<Name> {
  const values: readonly EnumValue<Name>[] = ENUMS[name].values;
  const found = values.find((value) => value === stored || graphqlSpelling(value) === stored);
  if (found === undefined) throw new Error(`"${stored}" is no ${name}`);
  return found;
}
