import {
  UpstreamFailure,
  type Discovery,
  type DiscoveredModel,
  type Endpoint,
  type JsonObject,
  type Send,
  type UpstreamRequest,
} from '../adapter.ts';
import { address, apiPath } from './address.ts';
import { readError } from './error.ts';
import { isObject } from './fields.ts';

const PAGE_SIZE = 1000;
/** Far above any real list; only so that a server that always says `has_more` cannot hold us. */
const MAX_PAGES = 20;

/** `capabilities` of the API's models → our names. */
const CAPABILITIES: readonly (readonly [wire: string, ours: string])[] = [
  ['image_input', 'vision'],
  ['pdf_input', 'files'],
  ['structured_outputs', 'structured_output'],
  ['thinking', 'reasoning'],
];

/** One model only: shows that the server is up and the key is good, and costs nothing. */
export function probeRequest(endpoint: Endpoint): UpstreamRequest {
  return modelsRequest(endpoint, 'limit=1');
}

/** All pages of `GET /v1/models`. Throws UpstreamFailure. */
export async function discoverModels(endpoint: Endpoint, send: Send): Promise<Discovery> {
  const models: DiscoveredModel[] = [];
  let query = `limit=${PAGE_SIZE}`;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await send(modelsRequest(endpoint, query));
    if (answer.status < 200 || answer.status > 299)
      throw readError(answer.status, answer.headers, answer.body);
    const list = parseList(answer.body);
    const data = Array.isArray(list['data']) ? list['data'] : [];
    models.push(...data.flatMap((entry) => (isObject(entry) ? discovered(entry) : [])));
    const lastId = list['last_id'];
    if (list['has_more'] !== true || typeof lastId !== 'string') break;
    query = `limit=${PAGE_SIZE}&after_id=${encodeURIComponent(lastId)}`;
  }
  return { models, apiPath: apiPath(endpoint) };
}

function modelsRequest(endpoint: Endpoint, query: string): UpstreamRequest {
  const { origin, path, headers } = address(endpoint, `/models?${query}`);
  return { method: 'GET', origin, path, headers: { ...headers, accept: 'application/json' }, body: null };
}

function parseList(body: Buffer): JsonObject {
  let list: unknown = null;
  try {
    list = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new UpstreamFailure('malformed', 'The list of models is not JSON.', { cause });
  }
  if (isObject(list) && Array.isArray(list['data'])) return list;
  throw new UpstreamFailure('malformed', 'The answer is not a list of models.');
}

function discovered(entry: JsonObject): DiscoveredModel[] {
  const {
    id,
    display_name: name,
    created_at: createdAt,
    max_input_tokens: window,
    max_tokens: maxOutput,
  } = entry;
  if (typeof id !== 'string' || id === '' || entry['lifecycle'] === 'retired') return [];
  const created = typeof createdAt === 'string' ? Math.floor(Date.parse(createdAt) / 1000) : NaN;
  return [
    {
      id,
      kind: 'chat',
      ownedBy: 'anthropic',
      ...(typeof name === 'string' ? { name } : {}),
      ...(created > 0 ? { created } : {}),
      ...(isCount(window) ? { contextWindow: window } : {}),
      ...(isCount(maxOutput) ? { maxOutputTokens: maxOutput } : {}),
      ...(isObject(entry['capabilities']) ? { capabilities: capabilities(entry['capabilities']) } : {}),
    },
  ];
}

function capabilities(listed: JsonObject): string[] {
  const supported = CAPABILITIES.filter(([wire]) => {
    const capability = listed[wire];
    return isObject(capability) && capability['supported'] === true;
  });
  // The list has no entry for tools: every model takes them.
  return ['tools', ...supported.map(([, ours]) => ours)];
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
