import type { FailureKind } from '../providers/adapter.ts';

/** closed: everything goes through; open: nothing; half_open: one probe is under way. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/**
 * Keeps requests away from a provider that does not answer, and from a model of it that does not while others do: who
 * asks for a broken model must not take the whole provider from everybody else. One for the process; never throws.
 * Without a model, a call is about the provider as such.
 */
export interface Breaker {
  /**
   * Whether the provider may be tried now. True from one that was open is the one probe: its outcome decides. Ask only
   * when the attempt really follows.
   */
  allows(providerId: string, modelId?: string): boolean;
  /** Whether `allows` would say yes; asking changes nothing. */
  wouldAllow(providerId: string, modelId?: string): boolean;
  /** It answered: with 2xx, or with an error of its own that shows it alive. */
  onSuccess(providerId: string, modelId?: string): void;
  /** Failures in a row of one model count once for its provider, unless there was no connection at all. */
  onFailure(providerId: string, kind: FailureKind, modelId?: string): void;
  state(providerId: string): BreakerState;
  /** Ms until what is open lets the next probe through; null = it is not open. */
  openFor(providerId: string, modelId?: string): number | null;
  /** Drops what is known of providers that are gone. */
  retain(providerIds: { has(providerId: string): boolean }): void;
}

/**
 * Only what means "nobody useful answers there" counts. Wrong credentials do not: that is an answer, the next
 * attempt costs one quick round trip, and an open breaker would hide the true reason from /v1/health.
 */
const COUNTS: Readonly<Record<FailureKind, boolean>> = {
  connection: true,
  timeout: true,
  unavailable: true,
  malformed: true,
  rejected: false,
  context_overflow: false,
  credentials: false,
  rate_limited: false,
};

interface Circuit {
  failures: number;
  /** When it opened; null = closed. */
  openedAt: number | null;
  /** When the probe went out; null = none is under way. */
  probedAt: number | null;
}

interface ProviderCircuit extends Circuit {
  /** Of the last failure; null = of none in particular. */
  lastModel: string | null;
  /** Those with failures in a row. */
  readonly models: Map<string, Circuit>;
}

/** `threshold` failures in a row open it, `openMs` later one probe may go; `clock` in ms, going forwards only. */
export function createBreaker(deps: {
  readonly clock: () => number;
  readonly threshold?: number;
  readonly openMs?: number;
}): Breaker {
  const { clock, threshold = 5, openMs = 30_000 } = deps;
  /** Only providers with failures in a row are in here: the good case costs one look-up. */
  const circuits = new Map<string, ProviderCircuit>();

  /** Ms that are left; a probe whose outcome never comes back must not keep the provider shut for ever. */
  const leftOf = (circuit: Circuit | undefined): number | null =>
    circuit === undefined || circuit.openedAt === null
      ? null
      : Math.max(0, (circuit.probedAt ?? circuit.openedAt) + openMs - clock());
  const isShut = (circuit: Circuit | undefined): boolean => (leftOf(circuit) ?? 0) > 0;

  function wouldAllow(providerId: string, modelId = ''): boolean {
    const circuit = circuits.get(providerId);
    return circuit === undefined || !(isShut(circuit) || isShut(circuit.models.get(modelId)));
  }

  const probe = (circuit: Circuit | undefined): void => {
    if (circuit !== undefined && circuit.openedAt !== null) circuit.probedAt = clock();
  };

  function fail(circuit: Circuit, counts: boolean): void {
    if (counts) circuit.failures += 1;
    // Late failures of requests that left before it opened do not prolong it; a failed probe does.
    if (circuit.probedAt !== null || (circuit.openedAt === null && circuit.failures >= threshold)) {
      circuit.openedAt = clock();
      circuit.probedAt = null;
    }
  }

  function onSuccess(providerId: string, modelId = ''): void {
    const circuit = circuits.get(providerId);
    if (circuit === undefined) return;
    circuit.models.delete(modelId);
    if (circuit.models.size === 0) circuits.delete(providerId);
    else Object.assign(circuit, closed(), { lastModel: null });
  }

  return {
    allows(providerId, modelId = '') {
      if (!wouldAllow(providerId, modelId)) return false;
      const circuit = circuits.get(providerId);
      probe(circuit);
      probe(circuit?.models.get(modelId));
      return true;
    },
    wouldAllow,
    onSuccess,
    onFailure(providerId, kind, modelId) {
      // Any other failure is an answer: the provider is there, which is all that a breaker asks.
      if (!COUNTS[kind]) {
        onSuccess(providerId, modelId);
        return;
      }
      const circuit = circuits.get(providerId) ?? closedProvider();
      circuits.set(providerId, circuit);
      const isOfModel = modelId !== undefined && kind !== 'connection';
      fail(circuit, !isOfModel || modelId !== circuit.lastModel);
      circuit.lastModel = isOfModel ? modelId : null;
      if (!isOfModel) return;
      const model = circuit.models.get(modelId) ?? closed();
      circuit.models.set(modelId, model);
      fail(model, true);
    },
    state(providerId) {
      const circuit = circuits.get(providerId);
      if (circuit === undefined || circuit.openedAt === null) return 'closed';
      return circuit.probedAt === null ? 'open' : 'half_open';
    },
    openFor(providerId, modelId = '') {
      const circuit = circuits.get(providerId);
      const left = [leftOf(circuit), leftOf(circuit?.models.get(modelId))].filter((ms) => ms !== null);
      return left.length === 0 ? null : Math.max(...left);
    },
    retain(providerIds) {
      for (const id of circuits.keys()) if (!providerIds.has(id)) circuits.delete(id);
    },
  };
}

function closed(): Circuit {
  return { failures: 0, openedAt: null, probedAt: null };
}

function closedProvider(): ProviderCircuit {
  return { ...closed(), lastModel: null, models: new Map() };
}
