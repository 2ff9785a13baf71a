import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';

/** An id of nothing. */
export const NO_ID = '01930000-0000-7000-8000-00000000dead';

/** A document that calls one root field with valid but meaningless arguments. */
export function dummyDocument(
  operation: 'query' | 'mutation' | 'subscription',
  field: GraphQLField<unknown, unknown>,
): string {
  const args = field.args
    .filter(({ type }) => isNonNullType(type))
    .map((arg) => `${arg.name}: ${dummy(arg.type)}`);
  const call = `${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}`;
  const type = getNamedType(field.type);
  const selection = isLeafType(type)
    ? ''
    : isObjectType(type) || operation === 'subscription'
      ? '{ __typename }'
      : '{ __typename ... on Error { code message } }';
  return `${operation} { ${call} ${selection} }`;
}

function dummy(given: GraphQLInputType): string {
  const type = getNullableType(given);
  if (isListType(type)) return '[]';
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return `{ ${required.map((field) => `${field.name}: ${dummy(field.type)}`).join(', ')} }`;
  }
  if (type.name === 'DateTime') return '"2026-12-31T00:00:00Z"';
  if (type.name === 'JSONObject') return '{}';
  if (type.name === 'ID') return JSON.stringify(NO_ID);
  return type.name === 'String' ? '"x"' : '1';
}
