import { AppError } from '../errors.ts';
import type { ServedModel, TenantView } from '../runtime/view.ts';

/** Who may serve a request, in the order of trying; all inside the tenant's policy; never empty. */
export interface Plan {
  /** The model's bare id after alias and pin. */
  readonly model: string;
  readonly targets: readonly ServedModel[];
}

/**
 * Turns the name that the client wrote into targets: an alias is followed once, `<provider-slug>/<id>` pins a
 * provider, anything else is a bare id (which may itself hold "/") served by every provider that has it.
 *
 * @throws AppError access_denied, model_not_found, invalid_request (a model of the wrong kind)
 */
export function planTargets(tenant: TenantView, requested: string, operation: 'chat' | 'embeddings'): Plan {
  const name = tenant.aliases.get(requested) ?? requested;
  const { model, served } = resolve(tenant, name);
  const targets = served.filter((target) => tenant.policy.allows(target.model.id, target.provider.slug));
  if (targets.length === 0) {
    if (served.length > 0 || !tenant.policy.allows(model, '')) {
      throw new AppError('access_denied', `Model '${requested}' is not allowed by tenant model policy`);
    }
    throw new AppError(
      'model_not_found',
      `The model '${requested}' does not exist or you do not have access to it. GET /v1/models lists yours.`,
      { param: 'model' },
    );
  }
  const able = targets.filter((target) => canDo(target, operation));
  if (able.length === 0) {
    const wanted = operation === 'chat' ? 'a chat model' : 'an embedding model';
    throw new AppError('invalid_request', `The model '${requested}' is not ${wanted}.`, { param: 'model' });
  }
  return { model, targets: able };
}

function resolve(tenant: TenantView, name: string): { model: string; served: readonly ServedModel[] } {
  const slash = name.indexOf('/');
  if (slash > 0) {
    const slug = name.slice(0, slash);
    const id = name.slice(slash + 1);
    const pinned = tenant.modelsById.get(id)?.filter((served) => served.provider.slug === slug);
    if (pinned !== undefined && pinned.length > 0) return { model: id, served: pinned };
  }
  return { model: name, served: tenant.modelsById.get(name) ?? [] };
}

function canDo(target: ServedModel, operation: 'chat' | 'embeddings'): boolean {
  const { features, embeddings } = target.provider.adapter;
  if (operation === 'chat') return features.chat && target.model.kind !== 'embedding';
  return features.embeddings && embeddings !== undefined && target.model.kind !== 'chat';
}

/** The client's limit on the answer, cut to what the model can do; null = nothing to change. */
export function clampTokens(asked: number | null, maximum: number | null): number | null {
  return asked !== null && maximum !== null && asked > maximum ? maximum : null;
}
