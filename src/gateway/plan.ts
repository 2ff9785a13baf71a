import { AppError } from '../errors.ts';
import type { ServedModel, TenantView } from '../runtime/view.ts';

/** What a client asks for to be routed; its other names stand for it. */
export const AUTO_MODEL = 'auto';

/** Who may serve a request, in the order of trying; all inside the tenant's policy; never empty. */
export interface Plan {
  /** The model's bare id after alias and pin. */
  readonly model: string;
  readonly targets: readonly ServedModel[];
  /** The name pinned a provider: nothing may be served from another one. */
  readonly pinned: boolean;
}

/**
 * Turns the name that the client wrote into targets: an alias is followed once, `<provider-slug>/<id>` pins a
 * provider, anything else is a bare id (which may itself hold "/") served by every provider that has it.
 *
 * @throws AppError access_denied, model_not_found, invalid_request (a model of the wrong kind)
 */
export function planTargets(tenant: TenantView, requested: string, operation: 'chat' | 'embeddings'): Plan {
  const { model, served, pinned } = resolve(tenant, requested);
  const targets = allowed(tenant, served);
  if (targets.length === 0) {
    if (isForbidden(tenant, model, served)) throw denied(requested);
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
  return { model, targets: able, pinned };
}

/** What may serve a name that a client writes, of whatever kind; empty = the name is of no use to the tenant. */
export function allowedModels(tenant: TenantView, requested: string): readonly ServedModel[] {
  return allowed(tenant, resolve(tenant, requested).served);
}

/**
 * Refuses a model that the policy forbids, though another one would serve: what is asked for has to be allowed, too.
 *
 * @throws AppError access_denied
 */
export function refuseForbidden(tenant: TenantView, requested: string): void {
  const { model, served } = resolve(tenant, requested);
  if (allowed(tenant, served).length === 0 && isForbidden(tenant, model, served)) throw denied(requested);
}

/**
 * Refuses a name that asks for routing where a blacklist holds it, or holds "auto", as it refuses any other name. A
 * whitelist need not hold it: what it holds may be routed to.
 *
 * @throws AppError access_denied
 */
export function refuseBannedRouting({ aliases, policy }: TenantView, requested: string): void {
  if (policy.mode !== 'blacklist') return;
  const names = [requested, aliases.get(requested) ?? requested, AUTO_MODEL];
  if (names.some((name) => !policy.allows(name, ''))) throw denied(requested);
}

function allowed(tenant: TenantView, served: readonly ServedModel[]): readonly ServedModel[] {
  return served.filter(({ model, provider }) => tenant.policy.allows(model.id, provider.slug));
}

/** Of a name with nothing allowed behind it: whether that is the policy's doing, or nobody has such a model. */
function isForbidden(tenant: TenantView, model: string, served: readonly ServedModel[]): boolean {
  return served.length > 0 || !tenant.policy.allows(model, '');
}

/** The 403 for what a tenant's policy forbids. */
export function denied(requested: string): AppError {
  return new AppError('access_denied', `Model '${requested}' is not allowed by tenant model policy`);
}

/**
 * The model that a client means, whether or not it may have it; "" = none that the tenant's providers or its own aliases
 * name. What is summed up by model goes by this: clients may make up names without end.
 */
export function meantModel(tenant: TenantView, requested: string): string {
  const { model, served } = resolve(tenant, requested);
  return served.length > 0 || tenant.aliases.has(requested) ? model : '';
}

interface Resolved {
  readonly model: string;
  readonly served: readonly ServedModel[];
  readonly pinned: boolean;
}

function resolve(tenant: TenantView, requested: string): Resolved {
  const name = tenant.aliases.get(requested) ?? requested;
  const slash = name.indexOf('/');
  if (slash > 0) {
    const slug = name.slice(0, slash);
    const id = name.slice(slash + 1);
    const served = tenant.modelsById.get(id)?.filter((it) => it.provider.slug === slug);
    if (served !== undefined && served.length > 0) return { model: id, served, pinned: true };
  }
  return { model: name, served: tenant.modelsById.get(name) ?? [], pinned: false };
}

function canDo(target: ServedModel, operation: 'chat' | 'embeddings'): boolean {
  const { adapter } = target.provider;
  if (operation === 'chat') return adapter.features.chat && target.model.kind !== 'embedding';
  return adapter.features.embeddings && adapter.embeddings !== undefined && target.model.kind !== 'chat';
}

/** The most tokens that anyone behind this name can answer; null = not known. */
export function outputLimit(tenant: TenantView, requested: string): number | null {
  return longestAnswer(resolve(tenant, requested).served);
}

/** The most tokens that anyone can answer whom the router may choose; null = not known. */
export function routedOutputLimit({ listed }: TenantView): number | null {
  return longestAnswer(listed.filter(({ model }) => model.kind === 'chat'));
}

function longestAnswer(served: readonly ServedModel[]): number | null {
  let most = 0;
  for (const { model } of served) {
    if (model.maxOutputTokens === null) return null;
    most = Math.max(most, model.maxOutputTokens);
  }
  return most === 0 ? null : most;
}

/** The client's limit on the answer, cut to what the model can do; null = nothing to change. */
export function clampTokens(asked: number | null, maximum: number | null): number | null {
  return asked !== null && maximum !== null && asked > maximum ? maximum : null;
}
