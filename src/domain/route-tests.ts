import type { PrismaClient } from '../database/generated/prisma/client.ts';
import { AppError } from '../errors.ts';
import type { Actor } from '../identity/actor.ts';
import { authorize, requireTenant } from '../identity/policy.ts';
import { decide } from '../routing/decide.ts';
import { createReplay, type UnjudgedRule } from '../routing/replay.ts';
import { secondOpinionOf } from '../routing/second-opinion.ts';
import { readSignals } from '../routing/signals/read-signals.ts';
import { readStoredDecision } from '../routing/stored-decision.ts';
import type { CostMode, Decision, RoutingView } from '../routing/types.ts';
import { definitionsOf } from './decided-rules.ts';
import type { RequestLogReader } from './request-log.ts';
import { bodyOf, routeTest } from './route-test-schema.ts';
import { readDraft, type DraftInput } from './routing-draft.ts';
import type { RoutingSource, TenantRouting } from './routing-source.ts';
import { badInput, notFound, validate } from './validate.ts';

/** One of `prompt`, `messages` and `requestId`. */
export interface RouteTestInput extends DraftInput {
  /** Whose rules and models; a stored request's own where missing. */
  readonly tenantId?: string | null | undefined;
  readonly messages?: readonly Readonly<Record<string, unknown>>[] | null | undefined;
  readonly prompt?: string | null | undefined;
  readonly systemPrompt?: string | null | undefined;
  readonly tools?: readonly Readonly<Record<string, unknown>>[] | null | undefined;
  readonly responseFormat?: Readonly<Record<string, unknown>> | null | undefined;
  readonly maxTokens?: number | null | undefined;
  readonly requestId?: string | null | undefined;
  /** economy, balanced or quality: in the place of the tenant's own. */
  readonly costMode?: string | null | undefined;
}

export interface RouteTestResult {
  readonly tenantId: string;
  readonly decision: Decision;
  /** The gateway would ask the tenant's LLM classifier before it acts on this; the test bench asks nobody. */
  readonly asksModel: boolean;
  /** Rules whose words nobody has looked for in the stored request; none for a prompt. */
  readonly unjudged: readonly UnjudgedRule[];
}

export interface RouteTests {
  /**
   * What the gateway would decide, by its own function and from its own view. Nobody is called, nothing is stored.
   * Throws not_found for a tenant, rule set or request that there is not, bad_input with `fields`.
   */
  run(actor: Actor, input: RouteTestInput): Promise<RouteTestResult>;
}

export interface RouteTestDeps {
  readonly db: PrismaClient;
  readonly routing: RoutingSource;
  readonly requestLog: Pick<RequestLogReader, 'find'>;
}

export function createRouteTests({ db, routing, requestLog }: RouteTestDeps): RouteTests {
  async function requireRouting(actor: Actor, tenantId: string): Promise<TenantRouting> {
    requireTenant(actor, tenantId);
    const tenant = await routing.tenant(tenantId.toLowerCase());
    if (tenant === null) throw notFound('tenant');
    return tenant;
  }

  return {
    async run(actor, input) {
      authorize(actor, 'ruleSet.read');
      const given = validate(routeTest, input);
      const row = given.requestId == null ? null : await requestLog.find(actor, given.requestId);
      if (given.requestId != null && row === null) throw notFound('request');
      const tenantId = given.tenantId ?? row?.tenantId ?? '';
      const tenant = await requireRouting(actor, tenantId);
      const draft = await readDraft(db, tenantId, given);
      const view = withMode(draft === null ? tenant.view : tenant.viewWith(draft), given.costMode);
      const { decision, unjudged } =
        row === null
          ? { decision: ofPrompt(given, view, tenant.spentToday), unjudged: [] }
          : await ofStored(row.trace, view);
      return { tenantId, decision, unjudged, asksModel: secondOpinionOf(view, decision) !== null };
    },
  };

  function ofPrompt(given: Parameters<typeof bodyOf>[0], view: RoutingView, spentToday: number): Decision {
    const features = readSignals(bodyOf(given));
    const request = { ...features, classification: null, session: null, named: null, spentToday };
    return decide(request, view, routing);
  }

  async function ofStored(trace: unknown, view: RoutingView) {
    const stored = readStoredDecision(routingOf(trace));
    if (stored === null) {
      throw badInput([{ path: 'requestId', message: 'names a request that was not routed' }]);
    }
    const replayed = createReplay(await definitionsOf(db, [stored]))(stored, view, routing);
    if (replayed !== null) return replayed;
    throw new AppError(
      'conflict',
      'This request was given its category by a rule that does so no more, so it was never classified. Test its prompt instead.',
    );
  }
}

function withMode(view: RoutingView, costMode: CostMode | null | undefined): RoutingView {
  return costMode == null ? view : { ...view, settings: { ...view.settings, costMode } };
}

function routingOf(trace: unknown): unknown {
  return typeof trace === 'object' && trace !== null && 'routing' in trace ? trace.routing : null;
}
