import type { ServerResponse } from 'node:http';
import { AppError } from '../errors.ts';
import type { ServedModel, TenantView } from '../runtime/view.ts';

/** A tenant's list as bytes: the same until its view changes. */
export type ModelLists = WeakMap<TenantView, Buffer>;

/** `GET /v1/models` and `/v1/models/public`. */
export function answerModels(res: ServerResponse, id: string, tenant: TenantView, lists: ModelLists): void {
  let body = lists.get(tenant);
  if (body === undefined) {
    body = Buffer.from(JSON.stringify({ object: 'list', data: tenant.listed.map(toModel) }));
    lists.set(tenant, body);
  }
  sendJson(res, 200, id, body);
}

/** `GET /v1/models/<id>`: one model that the tenant may use, listed or not. */
export function answerModel(res: ServerResponse, id: string, tenant: TenantView, modelId: string): void {
  const served = tenant.modelsById.get(modelId) ?? [];
  const allowed = served.find((it) => tenant.policy.allows(it.model.id, it.provider.slug));
  if (allowed === undefined) {
    throw new AppError(
      'model_not_found',
      `The model '${modelId}' does not exist or you do not have access to it.`,
      {
        param: 'model',
      },
    );
  }
  sendJson(res, 200, id, Buffer.from(JSON.stringify(toModel(allowed))));
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
