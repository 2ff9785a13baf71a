import type { ServerResponse } from 'node:http';
import { AppError } from '../errors.ts';
import type { ServedModel, TenantView } from '../runtime/view.ts';
import { allowedModels, AUTO_MODEL } from './plan.ts';

/** A tenant's list as bytes: the same until its view changes. */
export type ModelLists = WeakMap<TenantView, Buffer>;

/** `GET /v1/models` and `/v1/models/public`. */
export function answerModels(res: ServerResponse, id: string, tenant: TenantView, lists: ModelLists): void {
  let body = lists.get(tenant);
  if (body === undefined) {
    const data = [...(offersAuto(tenant) ? [AUTO] : []), ...tenant.listed.map(toModel)];
    body = Buffer.from(JSON.stringify({ object: 'list', data }));
    lists.set(tenant, body);
  }
  sendJson(res, 200, id, body);
}

/** What asks the router, as a model: many clients offer nothing but what is listed. */
const AUTO = { id: AUTO_MODEL, object: 'model', created: 1_763_856_000, owned_by: 'open-model-prism' };

/** Whether it is of use, and the tenant's policy takes it as it takes any other name: a whitelist has to name it. */
function offersAuto({ aliases, listed, modelsById, policy }: TenantView): boolean {
  if (aliases.has(AUTO.id) || modelsById.has(AUTO.id)) return false;
  return policy.allows(AUTO.id, '') && listed.some(({ model }) => model.kind === 'chat');
}

/**
 * `GET /v1/models/<name>`: one model that the tenant may use, listed or not, by any name that a completion takes. The
 * answer bears that name.
 */
export function answerModel(res: ServerResponse, id: string, tenant: TenantView, modelId: string): void {
  if (modelId === AUTO.id && offersAuto(tenant)) {
    sendJson(res, 200, id, Buffer.from(JSON.stringify(AUTO)));
    return;
  }
  const [served] = allowedModels(tenant, modelId);
  if (served === undefined) {
    throw new AppError(
      'model_not_found',
      `The model '${modelId}' does not exist or you do not have access to it.`,
      {
        param: 'model',
      },
    );
  }
  sendJson(res, 200, id, Buffer.from(JSON.stringify({ ...toModel(served), id: modelId })));
}

function toModel({ model }: ServedModel) {
  return { id: model.id, object: 'model', created: model.created, owned_by: model.ownedBy };
}

export function sendJson(res: ServerResponse, status: number, id: string, body: Buffer): void {
  res.writeHead(status, {
    'x-request-id': id,
    'content-type': 'application/json',
    'content-length': body.length,
  });
  res.end(body);
}
