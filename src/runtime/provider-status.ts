import { UpstreamFailure, type Send, type UpstreamResponse } from '../providers/adapter.ts';
import { codeOf } from '../providers/http-failure.ts';
import { systemTimers, type Timers } from './timers.ts';
import type { ProviderView } from './view.ts';

/** `error` is a short text of ours: no address, no secret, nothing that the provider wrote. */
export interface ProviderHealth {
  readonly ok: boolean;
  readonly error?: string;
}

/** What was last seen of a provider. */
export interface ProviderObservation extends ProviderHealth {
  /** Unix ms. */
  readonly at: number;
  /** Unix ms of the last real traffic; null = none since the start. */
  readonly trafficAt: number | null;
  /** Unix ms since when it is as it is. */
  readonly since?: number;
  /** Unix ms until which nothing is sent there: its breaker is open. */
  readonly openUntil?: number;
}

/** How the providers are, as far as this process knows; behind /v1/health. */
export interface ProviderStatus {
  /**
   * What real traffic has shown just now. `error` is cut to 80 characters and shown to anyone who asks: a text of
   * ours, nothing of the upstream's own.
   */
  observe(providerId: string, ok: boolean, error?: string): void;
  /** From traffic or a probe of the last 30 s, else from a probe now. Never rejects, takes 2 s at most. */
  health(provider: ProviderView): Promise<ProviderHealth>;
  /** What is known now, by the provider's id; asks nobody. */
  known(): Readonly<Record<string, ProviderObservation>>;
  /** Drops what is known of providers that are gone. `unreadable`: others, whose credentials this process cannot read. */
  retain(providerIds: { has(providerId: string): boolean }, unreadable?: Iterable<string>): void;
}

/** What is said of a provider whose credentials cannot be decrypted. */
export const UNREADABLE_CREDENTIALS = 'Its credentials cannot be read';

const FRESH_MS = 30_000;
const LONGEST_WAIT_MS = 2_000;
const LONGEST_TEXT = 80;

interface Known {
  readonly health: ProviderHealth;
  readonly at: number;
  /** What was probed: a provider that has been changed since is asked again. Null = traffic. */
  readonly endpoint: ProviderView['endpoint'] | null;
  readonly trafficAt: number | null;
  /** When it became so. */
  readonly since: number;
}

/** `clock` in ms; `send` should give up by itself some time. */
export function createProviderStatus(deps: {
  readonly clock: () => number;
  readonly send: Send;
  readonly timers?: Timers;
}): ProviderStatus {
  const { clock, send, timers = systemTimers } = deps;
  const known = new Map<string, Known>();
  const probes = new Map<string, Promise<ProviderHealth>>();
  /** Since when. */
  let unreadable: ReadonlyMap<string, number> = new Map();

  function remember(id: string, health: ProviderHealth, endpoint: Known['endpoint']): ProviderHealth {
    const at = clock();
    const before = known.get(id);
    const trafficAt = endpoint === null ? at : (before?.trafficAt ?? null);
    const since = before?.health.ok === health.ok ? before.since : at;
    known.set(id, { health, at, endpoint, trafficAt, since });
    return health;
  }

  async function probe(provider: ProviderView): Promise<ProviderHealth> {
    const before = known.get(provider.id);
    const health = await ask(provider, send);
    const newer = known.get(provider.id);
    // Real traffic that ended meanwhile knows better.
    if (newer !== undefined && newer !== before && newer.endpoint === null) return newer.health;
    return remember(provider.id, health, provider.endpoint);
  }

  /** The answer of a running probe, but not after the time that a caller may be kept waiting. */
  function inTime(running: Promise<ProviderHealth>): Promise<ProviderHealth> {
    return new Promise((resolve) => {
      const cancel = timers.after(LONGEST_WAIT_MS, () => resolve(TIMED_OUT));
      void running.then((health) => {
        cancel();
        resolve(health);
      });
    });
  }

  return {
    observe(providerId, ok, error) {
      remember(providerId, ok ? OK : failed(error ?? 'Unavailable'), null);
    },
    health(provider) {
      const last = known.get(provider.id);
      const isSame = last?.endpoint === null || last?.endpoint === provider.endpoint;
      // What lies ahead of a clock that was put back is no fresher than what lies behind it.
      if (last !== undefined && isSame && Math.abs(clock() - last.at) < FRESH_MS)
        return Promise.resolve(last.health);
      let running = probes.get(provider.id);
      if (running === undefined) {
        running = probe(provider).finally(() => probes.delete(provider.id));
        probes.set(provider.id, running);
      }
      return inTime(running);
    },
    known: () =>
      Object.fromEntries([
        ...[...known].map(
          ([id, { health, at, trafficAt, since }]) => [id, { ...health, at, trafficAt, since }] as const,
        ),
        // Seen at any time that one looks: nobody has to be asked.
        ...[...unreadable].map(
          ([id, since]) => [id, { ...UNREADABLE, at: clock(), trafficAt: null, since }] as const,
        ),
      ]),
    retain(providerIds, unreadableIds = []) {
      for (const id of known.keys()) if (!providerIds.has(id)) known.delete(id);
      const now = clock();
      unreadable = new Map([...unreadableIds].map((id) => [id, unreadable.get(id) ?? now]));
    },
  };
}

const OK: ProviderHealth = { ok: true };
const UNREADABLE: ProviderHealth = { ok: false, error: UNREADABLE_CREDENTIALS };
const TIMED_OUT: ProviderHealth = { ok: false, error: 'Timed out' };

/** With what the breaker knows: which providers are left alone, and until when. `now`: Unix ms. */
export function withBreaker(
  known: Readonly<Record<string, ProviderObservation>>,
  openFor: (providerId: string) => number | null,
  now: number,
): Readonly<Record<string, ProviderObservation>> {
  return Object.fromEntries(
    Object.entries(known).map(([id, observation]) => {
      const ms = openFor(id);
      return [id, ms === null ? observation : { ...observation, openUntil: Math.round(now + ms) }];
    }),
  );
}

function failed(error: string): ProviderHealth {
  return { ok: false, error: error.slice(0, LONGEST_TEXT) };
}

async function ask({ adapter, endpoint }: ProviderView, send: Send): Promise<ProviderHealth> {
  let answer: UpstreamResponse;
  try {
    answer = await send(await adapter.probe(endpoint));
  } catch (error) {
    return failed(textOf(error));
  }
  const { status } = answer;
  // 429 is said by a provider that is up and knows us.
  return (status >= 200 && status < 300) || status === 429 ? OK : failed(`HTTP ${status} from provider`);
}

const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset',
  ENOTFOUND: 'Host name not found',
  EAI_AGAIN: 'Host name not found',
  EHOSTUNREACH: 'Host not reachable',
  ENETUNREACH: 'Host not reachable',
};

function textOf(error: unknown): string {
  if (!(error instanceof UpstreamFailure)) return 'The probe failed';
  if (error.status !== null) return `HTTP ${error.status} from provider`;
  if (error.kind === 'timeout') return 'Timed out';
  return (
    CODES[codeOf(error.cause)] ?? (error.kind === 'malformed' ? 'Unreadable answer' : 'Connection failed')
  );
}
