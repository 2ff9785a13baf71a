import { AppError } from '../errors.ts';
import type { ModelView, ServedModel, TenantView, UnreadableProvider } from '../runtime/view.ts';

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
 * @throws AppError access_denied, model_not_found, invalid_request (a model of the wrong kind), provider_error (the
 * credentials of all that have it cannot be read)
 */
export function planTargets(tenant: TenantView, requested: string, operation: 'chat' | 'embeddings'): Plan {
  const resolved = resolve(tenant, requested);
  const { model, served, pinned } = resolved;
  const targets = allowed(tenant, served);
  if (targets.length === 0) {
    if (allowed(tenant, resolved.unreadable).length > 0) throw unreadable(requested);
    if (isForbidden(tenant, resolved)) throw denied(requested);
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

/**
 * The model behind a name that a client writes, of whatever kind; null = the name is of no use to the tenant. One whose
 * provider cannot be called just now is a model all the same.
 */
export function allowedModel(tenant: TenantView, requested: string): ModelView | null {
  const { served, unreadable: unserved } = resolve(tenant, requested);
  return (allowed(tenant, served)[0] ?? allowed(tenant, unserved)[0])?.model ?? null;
}

/**
 * Refuses a model that the policy forbids, though another one would serve: what is asked for has to be allowed, too.
 *
 * @throws AppError access_denied
 */
export function refuseForbidden(tenant: TenantView, requested: string): void {
  const resolved = resolve(tenant, requested);
  const known = [...resolved.served, ...resolved.unreadable];
  if (allowed(tenant, known).length === 0 && isForbidden(tenant, resolved)) throw denied(requested);
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

function allowed<Of extends UnservedModel>({ policy }: TenantView, models: readonly Of[]): readonly Of[] {
  return models.filter(({ model, provider }) => policy.allows(model.id, provider.slug));
}

/** Of a name with nothing allowed behind it: whether that is the policy's doing, or nobody has such a model. */
function isForbidden(tenant: TenantView, { model, served, unreadable: unserved }: Resolved): boolean {
  return served.length + unserved.length > 0 || !tenant.policy.allows(model, '');
}

/** The 403 for what a tenant's policy forbids. */
export function denied(requested: string): AppError {
  return new AppError('access_denied', `Model '${requested}' is not allowed by tenant model policy`);
}

/** The 503 for what nobody can serve because this process cannot read the credentials of those who have it. */
export function unreadable(requested: string): AppError {
  return new AppError(
    'provider_error',
    `The model '${requested}' cannot be served: the gateway cannot read the credentials that it stores for its provider. ` +
      'The fault is in the configuration of the gateway, not in the request; an administrator must mend it.',
  );
}

/** Whether the tenant has chat models that the router could choose, were their providers' credentials readable. */
export function lacksCandidates(tenant: TenantView): boolean {
  return tenant.unreadable.some(({ slug, models }) =>
    [...models.values()].some(
      (model) => model.kind === 'chat' && model.visible && tenant.policy.allows(model.id, slug),
    ),
  );
}

/**
 * The model that a client means, whether or not it may have it; "" = none that the tenant's providers or its own aliases
 * name. What is summed up by model goes by this: clients may make up names without end.
 */
export function meantModel(tenant: TenantView, requested: string): string {
  const { model, served, unreadable: unserved } = resolve(tenant, requested);
  return served.length + unserved.length > 0 || tenant.aliases.has(requested) ? model : '';
}

/** A model as a provider has it, callable or not. */
interface UnservedModel {
  readonly provider: Pick<UnreadableProvider, 'slug'>;
  readonly model: ModelView;
}

interface Resolved {
  readonly model: string;
  readonly served: readonly ServedModel[];
  /** The same of the providers whose credentials cannot be read. */
  readonly unreadable: readonly UnservedModel[];
  readonly pinned: boolean;
}

function resolve(tenant: TenantView, requested: string): Resolved {
  const name = tenant.aliases.get(requested) ?? requested;
  const slash = name.indexOf('/');
  if (slash > 0) {
    const slug = name.slice(0, slash);
    const id = name.slice(slash + 1);
    const served = tenant.modelsById.get(id)?.filter((it) => it.provider.slug === slug) ?? [];
    const unserved = unservedOf(tenant, id).filter((it) => it.provider.slug === slug);
    if (served.length + unserved.length > 0) return { model: id, served, unreadable: unserved, pinned: true };
  }
  const served = tenant.modelsById.get(name) ?? [];
  return { model: name, served, unreadable: unservedOf(tenant, name), pinned: false };
}

function unservedOf(tenant: TenantView, id: string): readonly UnservedModel[] {
  return tenant.unreadable.flatMap((provider) => {
    const model = provider.models.get(id);
    return model === undefined ? [] : [{ provider, model }];
  });
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
