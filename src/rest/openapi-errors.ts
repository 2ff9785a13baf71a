import { getNamedType, isObjectType, isUnionType, type GraphQLSchema } from 'graphql';
import { ERRORS, type ErrorCode } from '../errors.ts';
import type { Requirement } from '../graphql/requirement.ts';
import { isError, rootFields } from './answer-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Operation } from './openapi.ts';
import type { AnyRoute } from './route.ts';

/** An error of REST. */
export const ERROR: JsonSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        message: { type: 'string', description: 'For people: what is wrong and what would be right.' },
        code: { type: 'string', description: 'For programs.' },
        fields: {
          type: 'array',
          description: 'The fields that are wrong.',
          items: {
            type: 'object',
            properties: { path: { type: 'string' }, message: { type: 'string' } },
            required: ['path', 'message'],
          },
        },
      },
      required: ['message', 'code'],
    },
  },
  required: ['error'],
};

/** The schema's error types → their codes, by the class of each (graphql/errors.ts). */
const CODES: Readonly<Record<string, ErrorCode>> = {
  BadInputError: 'bad_input',
  UnauthenticatedError: 'unauthenticated',
  NotFoundError: 'not_found',
  ConflictError: 'conflict',
  TooManyAttemptsError: 'too_many_attempts',
  ProviderError: 'provider_error',
};

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The input is not what it must be; `fields` names what is wrong.',
  401: 'No token, or one that is not valid (any more).',
  403: 'The role does not allow it.',
  404: 'There is no such thing, or it is another tenant’s.',
  409: 'It clashes with what exists.',
  429: 'Too many attempts; see `retry-after`.',
  503: 'The other end did not do what we asked it for.',
};

/** The errors that a row's mutation names. */
export function foreseen(schema: GraphQLSchema, { document }: AnyRoute): ErrorCode[] {
  return rootFields(schema, document).flatMap((field) => {
    const type = getNamedType(field.type);
    const members = isUnionType(type)
      ? type.getTypes().filter((one) => isObjectType(one) && isError(one))
      : [];
    return members.flatMap(({ name }) => CODES[name] ?? []);
  });
}

/** The answers of a row for these errors, and for callers that may not use it. */
export function errorsOf(requirement: Requirement, codes: readonly ErrorCode[]): Operation['responses'] {
  const closed: readonly ErrorCode[] = requirement === 'nothing' ? [] : ['unauthenticated', 'forbidden'];
  const statuses = new Set([...closed, ...codes].map((code) => ERRORS[code].status));
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      {
        description: MEANINGS[status] ?? 'It did not work.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  );
}
