import type { ServerResponse } from 'node:http';
import { AppError } from '../errors.ts';
import type { ModelView, TenantView } from '../runtime/view.ts';
import { asksForRouting } from './auto/route.ts';
import { allowedModel, AUTO_MODEL } from './plan.ts';

/** A tenant's list as bytes: the same until its view changes. */
export type ModelLists = WeakMap<TenantView, Buffer>;

/** `GET /v1/models` and `/v1/models/public`. */
export function answerModels(res: ServerResponse, id: string, tenant: TenantView, lists: ModelLists): void {
  let body = lists.get(tenant);
  if (body === undefined) {
    const models = listedModels(tenant);
    const data = [...(offersAuto(tenant, models) ? [AUTO] : []), ...models.map(toModel)];
    body = Buffer.from(JSON.stringify({ object: 'list', data }));
    lists.set(tenant, body);
  }
  sendJson(res, 200, id, body);
}

/**
 * What cannot be served only because the gateway cannot read a provider's credentials stays in the list, as what a
 * provider that is down has: a client forgets what is gone, and another process may read them.
 */
function listedModels({ listed, unreadable, policy }: TenantView): readonly ModelView[] {
  const models = new Map(listed.map(({ model }) => [model.id, model]));
  if (unreadable.length === 0) return [...models.values()];
  for (const { slug, models: own } of unreadable) {
    for (const model of own.values()) {
      if (model.visible && !models.has(model.id) && policy.allows(model.id, slug))
        models.set(model.id, model);
    }
  }
  return [...models.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What asks the router, as a model: many clients offer nothing but what is listed. */
const AUTO = { id: AUTO_MODEL, object: 'model', created: 1_763_856_000, owned_by: 'open-model-prism' };

/** Whether it is of use, and the tenant's policy takes it as it takes any other name: a whitelist has to name it. */
function offersAuto({ aliases, modelsById, policy }: TenantView, listed: readonly ModelView[]): boolean {
  if (aliases.has(AUTO.id) || modelsById.has(AUTO.id)) return false;
  return policy.allows(AUTO.id, '') && listed.some((model) => model.kind === 'chat');
}

/**
 * `GET /v1/models/<name>`: one model that the tenant may use, listed or not, by any name that a completion takes. The
 * answer bears that name.
 */
export function answerModel(res: ServerResponse, id: string, tenant: TenantView, modelId: string): void {
  if (isAuto(tenant, modelId)) {
    sendJson(res, 200, id, Buffer.from(JSON.stringify({ ...AUTO, id: modelId })));
    return;
  }
  const model = allowedModel(tenant, modelId);
  if (model === null) {
    throw new AppError(
      'model_not_found',
      `The model '${modelId}' does not exist or you do not have access to it.`,
      {
        param: 'model',
      },
    );
  }
  sendJson(res, 200, id, Buffer.from(JSON.stringify({ ...toModel(model), id: modelId })));
}

/** "auto", its other name, or an alias of either: of use as "auto" is, and not forbidden by its own name. */
function isAuto(tenant: TenantView, name: string): boolean {
  if (!asksForRouting(tenant, name) || !offersAuto(tenant, listedModels(tenant))) return false;
  return tenant.policy.mode !== 'blacklist' || tenant.policy.allows(name, '');
}

function toModel({ id, created, ownedBy }: ModelView) {
  return { id, object: 'model', created, owned_by: ownedBy };
}

export function sendJson(res: ServerResponse, status: number, id: string, body: Buffer): void {
  res.writeHead(status, {
    'x-request-id': id,
    'content-type': 'application/json',
    'content-length': body.length,
  });
  res.end(body);
}
