import type { PrismaClient } from '../database/generated/prisma/client.ts';
import type { Notices } from '../database/notify.ts';
import type { Actor, SystemActor } from '../identity/actor.ts';
import { authorize } from '../identity/policy.ts';
import type { Logger } from '../log.ts';
import { createLiveBus } from './live-bus.ts';
import { createLivePulse } from './live-pulse.ts';
import { createLiveReader } from './live-reader.ts';
import { createLiveRequests, type LiveRequests } from './live-requests.ts';
import type { SystemOverview } from './system-types.ts';
import type { System } from './system.ts';

/** What can be followed while it happens. */
export interface Live {
  readonly requests: LiveRequests;
  /** The system now, and every few seconds; once read for all. Throws AppError forbidden. */
  followSystem(actor: Actor, signal: AbortSignal): AsyncGenerator<SystemOverview, void, undefined>;
}

export interface LiveDeps {
  readonly db: PrismaClient;
  readonly notices: Pick<Notices, 'subscribe'>;
  readonly clock: () => Date;
  /** Runs `run` once after `ms`; the answer cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly log: Logger;
  readonly system: Pick<System, 'overview'>;
}

/** Heartbeats come every 5 s, from several processes; the own one is up to date at any time. */
const SYSTEM_EVERY_MS = 2_000;
const READER: SystemActor = { kind: 'system', name: 'live' };

export function createLive(deps: LiveDeps): Live {
  const { system, after, log } = deps;
  const reader = createLiveReader(deps.db);
  const clock = () => deps.clock().getTime();
  const bus = createLiveBus({ reader, notices: deps.notices, clock, after, log });
  const overview = createLivePulse({
    read: () => system.overview(READER),
    everyMs: SYSTEM_EVERY_MS,
    after,
    log,
  });
  return {
    requests: createLiveRequests({ bus, reader, clock }),
    followSystem(actor, signal) {
      authorize(actor, 'system.read');
      return overview.follow(signal);
    },
  };
}
