import { atRate, median, saturate } from './load.ts';
import type { Shot } from './lanes.ts';
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

/** One row of the table: medians of CPU µs a request, and of their ratios in the same round. */
export interface RoutingCost {
  readonly name: string;
  readonly named: number;
  /** Each request begins a conversation. */
  readonly first: Cost;
  /** Each is another turn of the same one, with the same question: an agent's, while its tools work. */
  readonly further: Cost;
}

export interface Cost {
  readonly micros: number;
  /** Beside the same model by name. */
  readonly ratio: number;
}

/**
 * What `auto` costs beside the same model by name, at the same rate: how long a write takes depends on whether who reads
 * it sleeps, so that a gateway at its limit would pay more for each of a smaller number.
 */
export async function routingCost(target: Target, rounds: number, seconds: number): Promise<RoutingCost[]> {
  const rows: RoutingCost[] = [];
  for (const { name, promptBytes, stream, perSecond } of CASES) {
    const shot = (model: string): Shot => target.shot(model, prose(promptBytes), stream);
    const auto = shot('auto');
    const shots = [shot('bench'), { ...auto, serialAt: auto.body.indexOf(SERIAL) }, auto];
    const taken: number[][] = shots.map(() => []);
    // Compiles what the rounds measure: at their rates that would take minutes.
    for (const one of shots) await saturate(target.server.origin, one, stream ? 2_000 : 6_000, 32);
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, one] of shots.entries()) {
        const before = cpuMicros(target.server.pid);
        const { requests, failures } = await atRate(target.server.origin, one, perSecond, seconds);
        if (failures > 0) throw new Error(`${failures} of ${requests} failed (${name})`);
        taken[at]?.push((cpuMicros(target.server.pid) - before) / requests);
      }
    }
    const [named = [], first = [], further = []] = taken;
    rows.push({ name, named: median(named), first: beside(named, first), further: beside(named, further) });
  }
  return rows;
}

function beside(named: readonly number[], auto: readonly number[]): Cost {
  return {
    micros: median(auto),
    ratio: median(auto.map((its, round) => its / (named[round] ?? its))),
  };
}

/** Where another number stands in each prompt that begins a conversation. */
const SERIAL = '00000000';

const WORDS =
  'the deployment of our payment service fails on mondays when its database connection pool is exhausted and we need to find out why this happens before customers see it again please explain how to measure what holds them'.split(
    ' ',
  );

/** Words in no order of any use, but words: the classifier looks at them. The same size gives the same text. */
function prose(bytes: number): string {
  let text = `${SERIAL} `;
  for (let at = 0; text.length < bytes; at = (at * 31 + 7) % 8_191)
    text += `${WORDS[at % WORDS.length] ?? ''} `;
  return text.slice(0, bytes);
}
