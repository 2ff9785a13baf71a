import {
  getNamedType,
  isEnumType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  Kind,
  parse,
  print,
  separateOperations,
} from 'graphql';
import type { DocumentNode, GraphQLField, GraphQLOutputType } from 'graphql';

export type OperationKind = 'query' | 'mutation' | 'subscription';

export interface Operation {
  /** '' = it has none. */
  readonly name: string;
  readonly kind: OperationKind;
}

/** What stands in the editor. Null = it cannot be read as GraphQL (yet). */
export function operationsOf(text: string): readonly Operation[] | null {
  const document = read(text);
  if (document === null) return null;
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? [{ name: definition.name?.value ?? '', kind: definition.operation }]
      : [],
  );
}

/** One operation with the fragments that it needs: the others are not sent, so they need not be valid. */
export function onlyOperation(text: string, name: string): string {
  const document = read(text);
  const found = document === null ? undefined : separateOperations(document)[name];
  return found === undefined ? text : print(found);
}

export function prettify(text: string): string {
  // print() would lose comments.
  const document = text.includes('#') ? null : read(text);
  return document === null ? text : print(document);
}

function read(text: string): DocumentNode | null {
  if (text.trim() === '') return null;
  try {
    return parse(text);
  } catch {
    return null;
  }
}

/** Variables as they are typed. Null = no JSON object. */
export function readVariables(text: string): Record<string, unknown> | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** An operation to begin with: every required argument as a variable, and what can be read of the answer at once. */
export function skeletonOf(
  kind: OperationKind,
  field: GraphQLField<unknown, unknown>,
): { query: string; variables: string } {
  const required = field.args.filter(isRequiredArgument);
  const name = `${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}`;
  const given = required.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const passed = required.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const head = `${kind} ${name}${given === '' ? '' : `(${given})`}`;
  const call = `${field.name}${passed === '' ? '' : `(${passed})`}`;
  const text = `${head} { ${call}${selectionOf(field.type, 0)} }`;
  const variables = Object.fromEntries(required.map((arg) => [arg.name, exampleOf(arg.type)]));
  return {
    query: print(parse(text)),
    variables: required.length === 0 ? '' : JSON.stringify(variables, null, 2),
  };
}

/** Deeper than this a skeleton would be longer than it is useful. */
const DEEPEST = 2;

function selectionOf(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (isUnionType(named)) {
    const parts = named.getTypes().map((member) => {
      const inner = selectionOf(member, depth);
      return member.name.endsWith('Error') ? '' : `... on ${member.name}${inner}`;
    });
    return ` { __typename ${parts.join(' ')} ... on Error { code message } }`;
  }
  if (!isObjectType(named)) return ' { __typename }';
  const fields = Object.values(named.getFields())
    .filter((field) => !field.args.some(isRequiredArgument))
    .flatMap((field) => {
      if (isLeafType(getNamedType(field.type))) return [field.name];
      const isWorthIt = depth < DEEPEST && ['edges', 'node', 'pageInfo'].includes(field.name);
      return isWorthIt
        ? [`${field.name}${selectionOf(field.type, depth + (field.name === 'edges' ? 0 : 1))}`]
        : [];
    });
  return ` { ${fields.length === 0 ? '__typename' : fields.join(' ')} }`;
}

function exampleOf(type: unknown): unknown {
  const text = String(type);
  if (text.startsWith('[')) return [];
  const named = getNamedType(type as GraphQLOutputType);
  if (isEnumType(named)) return named.getValues()[0]?.name ?? null;
  switch (named.name) {
    case 'ID':
    case 'String':
      return '';
    case 'Int':
    case 'Float':
      return 0;
    case 'Boolean':
      return false;
    default:
      return {};
  }
}
