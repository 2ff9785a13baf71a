import { expect, it } from 'vitest';
import { createPodStats, type PodStatsDeps } from './pod-stats.ts';

function setUp() {
  const state = { now: 1_000, requests: 0, p99: 20e6, resets: 0 };
  const deps: PodStatsDeps = {
    counters: () => ({ requests: state.requests, errors: 2, blocked: 1, activeStreams: 4 }),
    journal: () => ({ entries: 3, bytes: 900, oldestMs: 12 }),
    logFiles: () => ({ error: 'ENOSPC', linesDropped: 7 }),
    providers: () => ({ p: { ok: true, at: 5, trafficAt: null } }),
    rssBytes: () => 100.4 * 1024 * 1024,
    delays: { percentile: (percent) => (percent === 99 ? state.p99 : 0), reset: () => (state.resets += 1) },
    resolutionMs: 20,
    clock: () => state.now,
  };
  return { state, stats: createPodStats(deps) };
}

it('says everything that a heartbeat should', () => {
  expect(setUp().stats.beat()).toEqual({
    requestsPerMinute: 0,
    eventLoopLagMs: 0,
    rssMb: 100,
    counters: { requests: 0, errors: 2, blocked: 1, activeStreams: 4 },
    journal: { entries: 3, bytes: 900, oldestMs: 12 },
    logFileError: 'ENOSPC',
    logLinesDropped: 7,
    providers: { p: { ok: true, at: 5, trafficAt: null } },
  });
});

it('counts the requests of the last minute, and forgets those before', () => {
  const { state, stats } = setUp();
  const rates: number[] = [];
  for (let beat = 1; beat <= 24; beat += 1) {
    state.now += 5_000;
    if (beat <= 12) state.requests += 10;
    rates.push(stats.beat().requestsPerMinute);
  }
  expect(rates.slice(0, 13)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 110]);
  expect(rates.at(-1)).toBe(0);
});

it('shows the delay of the last heartbeat in between, without the resolution of the timer', () => {
  const { state, stats } = setUp();
  state.p99 = 32.26e6;
  expect(stats.now().eventLoopLagMs).toBe(0);
  expect(stats.beat().eventLoopLagMs).toBe(12.3);
  state.p99 = 20e6;
  expect(stats.now().eventLoopLagMs).toBe(12.3);
  expect(state.resets).toBe(1);
  expect(stats.beat().eventLoopLagMs).toBe(0);
});
