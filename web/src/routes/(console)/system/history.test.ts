import { expect, it } from 'vitest';
import type { SystemNowFragment } from '#lib/generated/graphql.ts';
import { bucketsOf, byProcess, ratesOf, remember, type Sample } from './history.ts';

function system(requests: number, pods: readonly [string, string, number][] = []): SystemNowFragment {
  return {
    pods: pods.map(([podId, host, rssMb]) => ({
      podId,
      host,
      rssMb,
      role: 'full',
      version: '2.0.0',
      startedAt: '2026-11-23T10:00:00.000Z',
      lastSeenAt: '2026-11-23T10:00:00.000Z',
      requestsPerMinute: 0,
      eventLoopLagMs: 0,
      activeStreams: 0,
      draining: false,
      evicted: false,
      gone: false,
      logFileError: null,
      logLinesDropped: 0,
    })),
    counters: { requests, errors: 0, blocked: 0, activeStreams: 0 },
    providers: [],
    database: {
      version: '18',
      sizeBytes: 0,
      connections: 0,
      maxConnections: 0,
      latencyMs: 0,
      journal: { entries: 0, bytes: 0, oldestMs: null },
      log: { partitions: 0, oldestDay: null, bytes: 0 },
    },
  };
}

it('turns counters into rates, and says nothing where a process has left', () => {
  const samples = [0, 10, 4, 5].reduce<readonly Sample[]>(
    (known, requests, index) => remember(known, system(requests), 2_000 * index),
    [],
  );
  expect(ratesOf(samples, 'requests')).toEqual([5, null, 0.5]);
  expect(bucketsOf(samples)).toEqual([
    { from: 0, to: 2_000 },
    { from: 2_000, to: 4_000 },
    { from: 4_000, to: 6_000 },
  ]);
});

it('remembers five minutes', () => {
  let samples: readonly Sample[] = [];
  for (let at = 0; at < 200; at += 1) samples = remember(samples, system(at), at);
  expect([samples.length, samples[0]?.at]).toEqual([150, 50]);
});

it('draws a line for each process that is there, told apart by its host', () => {
  const samples = [
    { at: 0, system: system(0, [['a1', 'host-a', 90]]) },
    { at: 2_000, system: system(0, [['a1', 'host-a', 100]]) },
    {
      at: 4_000,
      system: system(0, [
        ['a1', 'host-a', 110],
        ['b2', 'host-b', 50],
      ]),
    },
  ];
  expect(byProcess(samples, ({ rssMb }) => rssMb).map(({ label, values }) => [label, values])).toEqual([
    ['host-a', [100, 110]],
    ['host-b', [null, 50]],
  ]);
  const twice = [
    samples[0],
    {
      at: 1,
      system: system(0, [
        ['p-0001', 'h', 1],
        ['p-0002', 'h', 1],
      ]),
    },
  ] as Sample[];
  expect(byProcess(twice, ({ rssMb }) => rssMb).map(({ label }) => label)).toEqual(['h 0001', 'h 0002']);
});
