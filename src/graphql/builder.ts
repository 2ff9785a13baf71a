import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type PrismaTypes from '../database/generated/pothos/prisma-types.ts';
import { getDatamodel } from '../database/generated/pothos/prisma-types.ts';
import { can, refusal, type Action } from '../identity/policy.ts';
import { notSignedIn, type Context } from './context.ts';
import { ForbiddenError } from './errors.ts';
import { OPERATION_LIMITS, tooCostly } from './limits.ts';
import { SCALARS, type ScalarTypes } from './scalars.ts';

/** Pages only: rows are found by their own ids, so there is no `node`. */
const RELAY = {
  nodeQueryOptions: false,
  nodesQueryOptions: false,
  cursorType: 'String',
  edgesFieldOptions: {
    nullable: { list: false, items: false },
    description: 'The rows, each with its place.',
    // How many there are is what the page itself counts, by its `first`.
    complexity: { field: 1, multiplier: 1 },
  },
  nodeFieldOptions: { nullable: false, description: 'The row.' },
  cursorFieldOptions: { description: 'Its place: goes into `after` or `before`.' },
  pageInfoFieldOptions: { description: 'Whether there is more, and where.' },
  pageInfoTypeOptions: { description: 'Where a page ends.' },
  hasNextPageFieldOptions: { description: 'Whether more rows follow.' },
  hasPreviousPageFieldOptions: { description: 'Whether rows come before.' },
  startCursorFieldOptions: { description: 'Place of the first row.' },
  endCursorFieldOptions: { description: 'Place of the last row.' },
  firstArgOptions: { description: 'So many rows from the beginning.' },
  afterArgOptions: { description: 'Begin behind this cursor.' },
  lastArgOptions: { description: 'So many rows from the end.' },
  beforeArgOptions: { description: 'End before this cursor.' },
} as const;

/** The one builder (plugin types are global). Types register themselves on it when schema.ts imports them. */
export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  Scalars: ScalarTypes;
  AuthScopes: { signedIn: boolean; can: Action };
  DefaultFieldNullability: false;
  DefaultAuthStrategy: 'all';
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
}>({
  // The first wraps the others: limits are checked before all else, and a refused scope is a typed error too.
  plugins: [ComplexityPlugin, ErrorsPlugin, ScopeAuthPlugin, PrismaPlugin, RelayPlugin],
  defaultFieldNullability: false,
  complexity: {
    limit: OPERATION_LIMITS,
    defaultListMultiplier: 5,
    complexityError: tooCostly,
  },
  errors: {
    directResult: true,
    defaultTypes: [ForbiddenError],
    defaultUnionOptions: {
      description: 'What was asked for, or an error that was foreseen.',
      name: ({ fieldName }) => `${fieldName.charAt(0).toUpperCase()}${fieldName.slice(1)}Result`,
    },
  },
  scopeAuth: {
    authScopes: ({ actor }) => ({
      signedIn: actor !== null,
      can: (action) => actor !== null && can(actor, action),
    }),
    // Whoever may not follow something is refused before it begins, not at its first event.
    authorizeOnSubscribe: true,
    unauthorizedError: (_parent, { actor }, info) =>
      actor === null ? notSignedIn() : refusal(actor, `use ${info.parentType.name}.${info.fieldName}`),
  },
  prisma: { client: (context) => context.db, dmmf: getDatamodel(), onUnusedQuery: 'error' },
  relay: RELAY,
});

builder.scalarType('DateTime', SCALARS.DateTime);
builder.scalarType('JSON', SCALARS.JSON);
builder.scalarType('JSONObject', SCALARS.JSONObject);
builder.scalarType('StringMap', SCALARS.StringMap);
builder.scalarType('PriceMap', SCALARS.PriceMap);
builder.scalarType('USD', SCALARS.USD);
builder.scalarType('Count', SCALARS.Count);
