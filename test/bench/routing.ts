import { atRate, median } from './load.ts';
import { cpuMicros } from './process.ts';
import type { Target } from './targets.ts';

/** What is asked for by name, and by `auto`; as many a second as leave the processors idle half of the time. */
interface Case {
  readonly name: string;
  readonly promptBytes: number;
  readonly stream: boolean;
  readonly perSecond: number;
}

const CASES: readonly Case[] = [
  { name: '200 B, answered in one piece', promptBytes: 200, stream: false, perSecond: 2_000 },
  { name: '200 B, streamed in 100 chunks', promptBytes: 200, stream: true, perSecond: 200 },
  { name: '16 KB, answered in one piece', promptBytes: 16_384, stream: false, perSecond: 1_500 },
  { name: '16 KB, streamed in 100 chunks', promptBytes: 16_384, stream: true, perSecond: 200 },
];

/** One row of the table: medians of CPU µs a request, and of their ratio in the same round. */
export interface RoutingCost {
  readonly name: string;
  readonly named: number;
  readonly auto: number;
  readonly ratio: number;
}

/**
 * What `auto` costs beside the same model by name, at the same rate: how long a write takes depends on whether who reads
 * it sleeps, so that a gateway at its limit would pay more for each of a smaller number.
 */
export async function routingCost(target: Target, rounds: number, seconds: number): Promise<RoutingCost[]> {
  const rows: RoutingCost[] = [];
  for (const { name, promptBytes, stream, perSecond } of CASES) {
    const shots = ['bench', 'auto'].map((model) => target.shot(model, prose(promptBytes), stream));
    const taken: number[][] = shots.map(() => []);
    // The first round compiles what the others measure.
    for (let round = 0; round <= rounds; round += 1) {
      for (const [at, shot] of shots.entries()) {
        const before = cpuMicros(target.server.pid);
        const { requests, failures } = await atRate(target.server.origin, shot, perSecond, seconds);
        if (failures > 0) throw new Error(`${failures} of ${requests} failed (${name})`);
        if (round > 0) taken[at]?.push((cpuMicros(target.server.pid) - before) / requests);
      }
    }
    const [named = [], auto = []] = taken;
    rows.push({
      name,
      named: median(named),
      auto: median(auto),
      ratio: median(auto.map((its, round) => its / (named[round] ?? its))),
    });
  }
  return rows;
}

const WORDS =
  'the deployment of our payment service fails on mondays when its database connection pool is exhausted and we need to find out why this happens before customers see it again please explain how to measure what holds them'.split(
    ' ',
  );

/** Words in no order of any use, but words: the classifier looks at them. The same size gives the same text. */
function prose(bytes: number): string {
  let text = '';
  for (let at = 0; text.length < bytes; at = (at * 31 + 7) % 8_191)
    text += `${WORDS[at % WORDS.length] ?? ''} `;
  return text.slice(0, bytes);
}
