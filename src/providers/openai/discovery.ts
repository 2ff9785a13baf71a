import {
  UpstreamFailure,
  type DiscoveredModel,
  type Discovery,
  type Endpoint,
  type Send,
} from '../adapter.ts';
import { apiPathsToTry, getRequest, type Route } from './endpoint.ts';
import { readErrorResponse } from './error.ts';
import type { Family } from './families.ts';
import { asObject, asText, parseJson } from './fields.ts';
import { readModel } from './model.ts';

/**
 * Asks each likely path for its models until one answers with a list. Throws the most telling failure: what
 * no path can help against (no connection, a time-out) at once, a refused key before "not found".
 */
export async function discoverModels(
  family: Family,
  endpoint: Endpoint,
  route: Route,
  send: Send,
  now: () => number,
): Promise<Discovery> {
  let worst: UpstreamFailure | null = null;
  for (const apiPath of apiPathsToTry(endpoint)) {
    const answer = await send(getRequest(route, `${route.basePath}${apiPath}/models`));
    const entries = answer.status >= 200 && answer.status < 300 ? readList(parseJson(answer.body)) : null;
    if (entries) {
      const extras = await fetchExtras(family, route, send);
      return { models: toModels(entries, extras), apiPath };
    }
    const failure =
      answer.status >= 400
        ? readErrorResponse(answer.status, answer.headers, answer.body, now())
        : new UpstreamFailure('malformed', 'The provider did not answer with a list of models.', {
            status: answer.status,
          });
    if (worst === null || (failure.kind === 'credentials' && worst.kind !== 'credentials')) worst = failure;
  }
  throw worst ?? new UpstreamFailure('malformed', 'The provider did not answer with a list of models.');
}

/** `{data: […]}` (OpenAI), `{models: […]}`, or the bare list (Together). */
function readList(body: unknown): readonly unknown[] | null {
  if (Array.isArray(body)) return body as unknown[];
  const list = asObject(body)?.['data'] ?? asObject(body)?.['models'];
  return Array.isArray(list) ? list : null;
}

/** LM Studio's own listing knows kinds and windows; where it is missing, the plain list has to do. */
async function fetchExtras(family: Family, route: Route, send: Send): Promise<ReadonlyMap<string, object>> {
  const extras = new Map<string, object>();
  if (family.extraListing === undefined) return extras;
  const answer = await send(getRequest(route, family.extraListing));
  if (answer.status !== 200) return extras;
  for (const entry of readList(parseJson(answer.body)) ?? []) {
    const model = asObject(entry);
    const id = model && asText(model['id']);
    if (model && id) extras.set(id, model);
  }
  return extras;
}

function toModels(entries: readonly unknown[], extras: ReadonlyMap<string, object>): DiscoveredModel[] {
  const models = new Map<string, DiscoveredModel>();
  for (const entry of entries) {
    const plain = asObject(entry);
    const extra = plain && extras.get(asText(plain['id']) ?? '');
    const model = readModel(extra ? { ...plain, ...extra } : entry);
    if (model) models.set(model.id, model);
  }
  return [...models.values()];
}
