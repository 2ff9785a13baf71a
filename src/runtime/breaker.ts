import type { FailureKind } from '../providers/adapter.ts';

/** closed: everything goes through; open: nothing; half_open: one probe is under way. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/** Keeps requests away from a provider that does not answer. One for the process; never throws. */
export interface Breaker {
  /**
   * Whether the provider may be tried now. True from a provider that was open is the one probe: its outcome
   * decides. Ask only when the attempt really follows.
   */
  allows(providerId: string): boolean;
  /** Whether `allows` would say yes; asking changes nothing. */
  wouldAllow(providerId: string): boolean;
  /** It answered: with 2xx, or with an error of its own that shows it alive. */
  onSuccess(providerId: string): void;
  onFailure(providerId: string, kind: FailureKind): void;
  state(providerId: string): BreakerState;
  /** Ms until an open one lets the next probe through; null = it is not open. */
  openFor(providerId: string): number | null;
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

/** `threshold` failures in a row open it, `openMs` later one probe may go; `clock` in ms, going forwards only. */
export function createBreaker(deps: {
  readonly clock: () => number;
  readonly threshold?: number;
  readonly openMs?: number;
}): Breaker {
  const { clock, threshold = 5, openMs = 30_000 } = deps;
  /** Only providers with failures in a row are in here: the good case costs one look-up. */
  const circuits = new Map<string, Circuit>();

  /** A probe whose outcome never comes back must not keep the provider shut for ever. */
  const isShut = ({ openedAt, probedAt }: Circuit, now: number): boolean =>
    openedAt !== null && now - (probedAt ?? openedAt) < openMs;

  return {
    allows(providerId) {
      const circuit = circuits.get(providerId);
      if (circuit === undefined || circuit.openedAt === null) return true;
      const now = clock();
      if (isShut(circuit, now)) return false;
      circuit.probedAt = now;
      return true;
    },
    wouldAllow(providerId) {
      const circuit = circuits.get(providerId);
      return circuit === undefined || !isShut(circuit, clock());
    },
    onSuccess(providerId) {
      circuits.delete(providerId);
    },
    onFailure(providerId, kind) {
      // Any other failure is an answer: the provider is there, which is all that a breaker asks.
      if (!COUNTS[kind]) {
        circuits.delete(providerId);
        return;
      }
      const circuit = circuits.get(providerId) ?? { failures: 0, openedAt: null, probedAt: null };
      circuit.failures += 1;
      // Late failures of requests that left before it opened do not prolong it; a failed probe does.
      if (circuit.probedAt !== null || (circuit.openedAt === null && circuit.failures >= threshold)) {
        circuit.openedAt = clock();
        circuit.probedAt = null;
      }
      circuits.set(providerId, circuit);
    },
    state(providerId) {
      const circuit = circuits.get(providerId);
      if (circuit === undefined || circuit.openedAt === null) return 'closed';
      return circuit.probedAt === null ? 'open' : 'half_open';
    },
    openFor(providerId) {
      const circuit = circuits.get(providerId);
      if (circuit === undefined || circuit.openedAt === null) return null;
      return Math.max(0, (circuit.probedAt ?? circuit.openedAt) + openMs - clock());
    },
    retain(providerIds) {
      for (const id of circuits.keys()) if (!providerIds.has(id)) circuits.delete(id);
    },
  };
}
