import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import type {
  GraphQLArgument,
  GraphQLField,
  GraphQLInputField,
  GraphQLNamedType,
  GraphQLSchema,
} from 'graphql';
import type { OperationKind } from './operations.ts';

export interface DocArgument {
  readonly name: string;
  /** As it is written: `[ID!]!`. */
  readonly type: string;
  /** To be looked up. */
  readonly typeName: string;
  readonly description: string;
}

export interface DocField extends DocArgument {
  readonly args: readonly DocArgument[];
  readonly deprecated: string | null;
}

export interface DocType {
  readonly name: string;
  readonly kind: string;
  readonly description: string;
  readonly fields: readonly DocField[];
  readonly values: readonly { readonly name: string; readonly description: string }[];
  /** Of a union, or of an interface those that have it. */
  readonly members: readonly string[];
}

export const ROOTS = ['query', 'mutation', 'subscription'] as const satisfies readonly OperationKind[];

export function rootType(schema: GraphQLSchema, kind: OperationKind) {
  return {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }[kind];
}

/** Which operation the fields of a type begin; null = it is no root. */
export function kindOfRoot(schema: GraphQLSchema, name: string): OperationKind | null {
  return ROOTS.find((kind) => rootType(schema, kind)?.name === name) ?? null;
}

export function describeType(schema: GraphQLSchema, name: string): DocType | null {
  const type = schema.getType(name);
  if (type === undefined) return null;
  return {
    name,
    kind: kindOf(type),
    description: type.description ?? '',
    fields: fieldsOf(type),
    values: isEnumType(type)
      ? type
          .getValues()
          .map(({ name: value, description }) => ({ name: value, description: description ?? '' }))
      : [],
    members: membersOf(schema, type),
  };
}

function kindOf(type: GraphQLNamedType): string {
  if (isObjectType(type)) return 'type';
  if (isInputObjectType(type)) return 'input';
  if (isEnumType(type)) return 'enum';
  if (isUnionType(type)) return 'union';
  return isInterfaceType(type) ? 'interface' : 'scalar';
}

function membersOf(schema: GraphQLSchema, type: GraphQLNamedType): readonly string[] {
  if (isUnionType(type)) return type.getTypes().map(({ name }) => name);
  if (isInterfaceType(type)) return schema.getPossibleTypes(type).map(({ name }) => name);
  return [];
}

function fieldsOf(type: GraphQLNamedType): readonly DocField[] {
  if (isObjectType(type) || isInterfaceType(type)) return Object.values(type.getFields()).map(toField);
  if (!isInputObjectType(type)) return [];
  return Object.values(type.getFields()).map((field) => ({
    ...toArgument(field),
    args: [],
    deprecated: null,
  }));
}

export function toField(field: GraphQLField<unknown, unknown>): DocField {
  return {
    ...toArgument(field),
    args: field.args.map(toArgument),
    deprecated: field.deprecationReason ?? null,
  };
}

function toArgument({
  name,
  type,
  description,
}: GraphQLArgument | GraphQLInputField | GraphQLField<unknown, unknown>): DocArgument {
  return { name, type: String(type), typeName: getNamedType(type).name, description: description ?? '' };
}

export interface DocHit {
  readonly type: string;
  /** Null = the type itself. */
  readonly field: string | null;
  readonly description: string;
}

const MOST_HITS = 50;

/** Names first, then what is said about them; root fields before everything else. */
export function searchDocs(schema: GraphQLSchema, words: string): readonly DocHit[] {
  const q = words.trim().toLowerCase();
  if (q === '') return [];
  const hits: { readonly hit: DocHit; readonly rank: number }[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    const rank = rankOf(q, type.name, type.description);
    if (rank !== null)
      hits.push({
        hit: { type: type.name, field: null, description: type.description ?? '' },
        rank: rank + 1,
      });
    const isRoot = kindOfRoot(schema, type.name) !== null;
    for (const field of fieldsOf(type)) {
      const of = rankOf(q, field.name, field.description);
      if (of !== null)
        hits.push({
          hit: { type: type.name, field: field.name, description: field.description },
          rank: of + (isRoot ? 0 : 2),
        });
    }
  }
  return hits
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, MOST_HITS)
    .map(({ hit }) => hit);
}

function rankOf(q: string, name: string, description: string | null | undefined): number | null {
  const lower = name.toLowerCase();
  if (lower === q) return 0;
  if (lower.startsWith(q)) return 3;
  if (lower.includes(q)) return 6;
  return description?.toLowerCase().includes(q) === true ? 12 : null;
}
