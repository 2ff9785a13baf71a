import type { GraphQLSchema } from 'graphql';
import { rolesOf, type Requirement } from '../graphql/requirement.ts';
import { answerSchema } from './answer-schema.ts';
import { prepare, type Endpoint } from './execute.ts';
import type { JsonSchema } from './json-schema.ts';
import { ERROR, errorsOf, foreseen } from './openapi-errors.ts';
import { GATEWAY_ERROR, OPEN_ROWS, type OpenRow } from './openapi-gateway.ts';
import { shareSchemas } from './openapi-shared.ts';
import type { RawRoute } from './raw.ts';
import { bodySchema, parameterSchema, requestParts, type Parameter } from './request-schema.ts';
import type { AnyRoute } from './route.ts';

/** An OpenAPI 3.1 document; only what is used here. */
export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, unknown>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
}

export interface Operation {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly operationId: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly ParameterObject[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Content }>>;
}

export interface ParameterObject {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

export interface Tables {
  readonly routes: readonly AnyRoute[];
  readonly raw: readonly RawRoute[];
}

/** Prints the document from the tables themselves. Throws when a row does not fit the schema. */
export function openApi(schema: GraphQLSchema, { routes, raw }: Tables): OpenApi {
  const components = new Map<string, JsonSchema>([
    ['Error', ERROR],
    ['GatewayError', GATEWAY_ERROR],
  ]);
  const ids = new Set<string>();
  const rows: Row[] = [
    ...OPEN_ROWS.map((row) => ({ ...place(row), operation: openOperation(row) })),
    ...routes.map((route) => {
      const operation = tableOperation(schema, prepare(schema, route), components, ids);
      return { ...place(route), operation };
    }),
    ...raw.map((row) => ({ ...place(row), operation: rawOperation(row) })),
  ];
  return shareSchemas({
    openapi: '3.1.0',
    info: {
      title: 'Open Model Prism',
      version: '2.0.0',
      summary: 'One gateway in front of every LLM provider.',
      description: ABOUT,
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: [...new Set(rows.flatMap(({ operation }) => operation.tags))].map((name) => ({ name })),
    paths: pathsOf(rows),
    components: { securitySchemes: SECURITY, schemas: Object.fromEntries(components) },
  });
}

const ABOUT = `Applications call the gateway with a tenant's key. People and programs of the administration send a token from \`POST /api/prism/auth/login\`.
Everything under \`/api/prism\` and \`/api/tenant-portal\` is made of a GraphQL operation; \`/graphql\` can do the same and more.`;

const SECURITY = {
  session: { type: 'http', scheme: 'bearer', description: 'A token from login, or a personal access token.' },
  tenantKey: { type: 'http', scheme: 'bearer', description: 'An API key of a tenant: omp-…' },
  metrics: { type: 'http', scheme: 'bearer', description: 'METRICS_TOKEN, where one is set.' },
} as const;

interface Row {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function place({ path, method }: { readonly path: string; readonly method: string }) {
  return { path: path.replaceAll(/:(\w+)/g, '{$1}'), method: method.toLowerCase() };
}

function pathsOf(rows: readonly Row[]): OpenApi['paths'] {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const { path, method, operation } of rows) (paths[path] ??= {})[method] = operation;
  return paths;
}

function tableOperation(
  schema: GraphQLSchema,
  endpoint: Endpoint,
  components: Map<string, JsonSchema>,
  ids: Set<string>,
): Operation {
  const { route, requirement } = endpoint;
  const { params, query, body } = requestParts(endpoint);
  const parameters = [
    ...params.map((one) => parameterObject(one, 'path', components)),
    ...query.map((one) => parameterObject(one, 'query', components)),
  ];
  const name = operationName(route);
  const answer = route.answers ?? answerSchema(schema, route.document, route.respond);
  return {
    tags: [route.heading],
    summary: route.summary,
    description: `${whoMay(requirement)} GraphQL operation: \`${name}\`.`,
    operationId: unique(ids, name),
    security: requirement === 'nothing' ? [] : [{ session: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null
      ? {}
      : { requestBody: { required: true, content: json(bodySchema(body, components)) } }),
    responses: {
      [route.status]: { description: 'Done.', content: json(answer) },
      ...errorsOf(requirement, [
        ...(parameters.length > 0 || body !== null ? (['bad_input'] as const) : []),
        ...(params.length > 0 ? (['not_found'] as const) : []),
        ...foreseen(schema, route),
      ]),
    },
  };
}

function rawOperation({ heading, summary, reason, params, query, requirement, ...row }: RawRoute): Operation {
  const parameter =
    (where: 'path' | 'query') =>
    ([name, description]: [string, string]) => ({
      name,
      in: where,
      required: where === 'path',
      description,
      schema: { type: 'string' },
    });
  const parameters = [
    ...Object.entries(params).map(parameter('path')),
    ...Object.entries(query).map(parameter('query')),
  ];
  const content = Object.fromEntries(
    Object.entries(row.produces).map(([type, description]): [string, Content[string]] => [
      type,
      { schema: { type: 'string', description } },
    ]),
  );
  return {
    tags: [heading],
    summary,
    description: `${whoMay(requirement)} No GraphQL operation: ${reason}`,
    operationId: row.path.split('/').slice(-2).join('_').replaceAll(/\W+/g, '_'),
    security: requirement === 'nothing' ? [] : [{ session: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: {
      200: { description: 'Done.', content },
      ...errorsOf(requirement, parameters.length > 0 ? ['bad_input'] : []),
    },
  };
}

function openOperation({ security, params, body, answers, ...row }: OpenRow): Operation {
  const parameters = Object.entries(params).map(([name, description]): ParameterObject => {
    return { name, in: 'path', required: true, description, schema: { type: 'string' } };
  });
  return {
    tags: [row.heading],
    summary: row.summary,
    ...(row.description === undefined ? {} : { description: row.description }),
    operationId: row.operationId,
    security: security === 'none' ? [] : [{ [security]: [] }, ...(security === 'metrics' ? [{}] : [])],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, { description, content }]) => [
        status,
        {
          description,
          content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
        },
      ]),
    ),
  };
}

function parameterObject(
  parameter: Parameter,
  where: 'path' | 'query',
  components: Map<string, JsonSchema>,
): ParameterObject {
  const { name, description, required } = parameter;
  return { name, in: where, required, description, schema: parameterSchema(parameter, components) };
}

function operationName({ document }: AnyRoute): string {
  for (const definition of document.definitions) {
    if (definition.kind === 'OperationDefinition' && definition.name) {
      const { value } = definition.name;
      return value.charAt(0).toLowerCase() + value.slice(1);
    }
  }
  throw new Error('an operation has no name');
}

/** Two rows may be made of one operation. */
function unique(ids: Set<string>, name: string): string {
  let id = name;
  for (let number = 2; ids.has(id); number += 1) id = `${name}${number}`;
  ids.add(id);
  return id;
}

function whoMay(requirement: Requirement): string {
  if (requirement === 'nothing') return 'Open to everybody.';
  return `Roles: ${rolesOf(requirement).join(', ')}.`;
}

function json(schema: JsonSchema): Content {
  return { 'application/json': { schema } };
}
