import { rankColor, type Bucket, type Series } from '#lib/charts/series.ts';
import type { SystemNowFragment } from '#lib/generated/graphql.ts';

/** Five minutes, at one answer every two seconds. */
const MOST = 150;

/** What was true at one moment (milliseconds since 1970). */
export interface Sample {
  readonly at: number;
  readonly system: SystemNowFragment;
}

/** With one more sample; the oldest go. */
export function remember(
  samples: readonly Sample[],
  system: SystemNowFragment,
  at: number,
): readonly Sample[] {
  return [...samples, { at, system }].slice(-MOST);
}

/** The time since the sample before. */
export function bucketsOf(samples: readonly Sample[]): readonly Bucket[] {
  return samples.slice(1).map(({ at }, index) => ({ from: samples[index]?.at ?? at, to: at }));
}

/** By the second, from counters that only grow; where a process has left, they shrink, and nothing is known. */
export function ratesOf(
  samples: readonly Sample[],
  counter: keyof Omit<SystemNowFragment['counters'], 'activeStreams'>,
): readonly (number | null)[] {
  return samples.slice(1).map(({ at, system }, index) => {
    const before = samples[index];
    if (before === undefined || at <= before.at) return null;
    const grown = system.counters[counter] - before.system.counters[counter];
    return grown < 0 ? null : (1000 * grown) / (at - before.at);
  });
}

/** One line for each process; the sixth and all after it are grey. */
export function byProcess(
  samples: readonly Sample[],
  valueOf: (pod: SystemNowFragment['pods'][number]) => number,
): readonly Series[] {
  const pods = samples.at(-1)?.system.pods ?? [];
  const hosts = pods.map(({ host }) => host);
  return pods.map(({ podId, host }, rank) => ({
    key: podId,
    label: hosts.indexOf(host) === hosts.lastIndexOf(host) ? host : `${host} ${podId.slice(-4)}`,
    color: rankColor(rank),
    kind: 'line',
    values: samples.slice(1).map(({ system }) => {
      const pod = system.pods.find((one) => one.podId === podId);
      return pod === undefined || pod.gone ? null : valueOf(pod);
    }),
  }));
}

/** One figure of the whole. */
export function line(key: string, label: string, rank: number, values: readonly (number | null)[]): Series {
  return { key, label, color: rankColor(rank), kind: 'line', values };
}
