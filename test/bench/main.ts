/**
 * `npm run bench`: Open Model Prism beside the least that a proxy can do and beside Portkey's gateway, against the
 * same upstream, in interleaved rounds. CPU time is the operating system's, for each proxy's process; machines are
 * noisy, so read the ratios. Arguments: --rounds=N, --quick, --without-portkey.
 */
import { mkdtempSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { atRate, median, quantile, saturate } from './load.ts';
import { cpuMicros, forkServer, rssMb } from './process.ts';
import { routingCost, type Cost } from './routing.ts';
import { stallsOf } from './stalls.ts';
import { bareProxy, direct, discard, openModelPrism, portkey, startProduct, type Target } from './targets.ts';

const quick = process.argv.includes('--quick');
const rounds = Number(process.argv.find((it) => it.startsWith('--rounds='))?.slice(9) ?? (quick ? 3 : 5));
const scale = quick ? 0.3 : 1;

interface Scenario {
  readonly name: string;
  readonly promptBytes: number;
  readonly stream: boolean;
  readonly requests: number;
  readonly concurrency: number;
}

const SCENARIOS: readonly Scenario[] = [
  { name: '200 B prompt', promptBytes: 200, stream: false, requests: 12_000, concurrency: 32 },
  { name: '32 KB prompt', promptBytes: 32_768, stream: false, requests: 6_000, concurrency: 32 },
  { name: '1 MB prompt', promptBytes: 1_048_576, stream: false, requests: 300, concurrency: 8 },
  {
    name: '200 concurrent streams of 100 chunks',
    promptBytes: 200,
    stream: true,
    requests: 1_000,
    concurrency: 200,
  },
];
const CHUNKS = 100;

interface Figures {
  readonly perSecond: number[];
  readonly cpuMicros: number[];
  failures: number;
}

// Whatever goes wrong, no server is left behind.
process.once('uncaughtException', (error) => {
  process.stderr.write(`${String(error)}\n`);
  process.kill(0, 'SIGTERM');
});
const upstream = await forkServer(new URL('./upstream.ts', import.meta.url));
const targets: Target[] = [await bareProxy(upstream), await openModelPrism(upstream)];
if (!process.argv.includes('--without-portkey')) targets.push(await portkey(upstream));

print(
  `Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB; Node ${process.version}; ${new Date().toISOString().slice(0, 10)}`,
);
print(`Medians of ${rounds} interleaved rounds; load generator, upstream and proxy share the machine.\n`);

const atRest = targets.map((target) => rssMb(target.server.pid));
for (const target of targets) await warmUp(target);
for (const scenario of SCENARIOS) await throughput(scenario);
await latency();
await routing();
print('| proxy | RSS at rest | after all rounds |\n|---|---|---|');
for (const [index, target] of targets.entries()) {
  const now = rssMb(target.server.pid);
  print(`| ${target.name} | ${(atRest[index] ?? 0).toFixed(0)} MB | ${now.toFixed(0)} MB |`);
}
for (const target of targets) await target.server.stop();
await upstream.stop();
await starts();

async function warmUp(target: Target): Promise<void> {
  for (const scenario of SCENARIOS) {
    const shot = target.shot('bench', 'x'.repeat(scenario.promptBytes), scenario.stream);
    // A whole round, or the first measured ones would be compiled while they run.
    const count = Math.ceil(scenario.requests * scale);
    const result = await saturate(target.server.origin, shot, count, scenario.concurrency);
    if (result.failures > 0)
      throw new Error(`${target.name}: ${result.failures} of ${count} failed (${scenario.name})`);
  }
}

async function throughput(scenario: Scenario): Promise<void> {
  const figures = new Map<Target, Figures>(
    targets.map((it) => [it, { perSecond: [], cpuMicros: [], failures: 0 }]),
  );
  const requests = Math.ceil(scenario.requests * scale);
  for (let round = 0; round < rounds; round += 1) {
    for (const [target, into] of figures) {
      const shot = target.shot('bench', 'x'.repeat(scenario.promptBytes), scenario.stream);
      const before = cpuMicros(target.server.pid);
      const result = await saturate(target.server.origin, shot, requests, scenario.concurrency);
      into.cpuMicros.push((cpuMicros(target.server.pid) - before) / requests);
      into.perSecond.push(requests / result.seconds);
      into.failures += result.failures;
    }
  }
  const [base] = [...figures.values()];
  print(`**${scenario.name}** (${requests} requests a round, ${scenario.concurrency} at a time)\n`);
  print(
    `| proxy | requests/s | CPU µs/request |${scenario.stream ? ' CPU µs/chunk |' : ''} CPU × bare proxy | failures |`,
  );
  print(`|---|---|---|${scenario.stream ? '---|' : ''}---|---|`);
  for (const [target, it] of figures) {
    const cpu = median(it.cpuMicros);
    const ratio = median(it.cpuMicros.map((value, round) => value / (base?.cpuMicros[round] ?? 1)));
    const chunk = scenario.stream ? ` ${(cpu / CHUNKS).toFixed(1)} |` : '';
    print(
      `| ${target.name} | ${median(it.perSecond).toFixed(0)} | ${cpu.toFixed(0)} |${chunk} ${ratio.toFixed(2)} | ${it.failures} |`,
    );
  }
  print('');
}

/** Added latency at half of what our gateway can do, open loop. */
async function latency(): Promise<void> {
  const ours = targets.find((it) => it.name === 'Open Model Prism');
  if (ours === undefined) return;
  const seconds = quick ? 3 : 8;
  const shotOf = (target: Target) => target.shot('bench', 'x'.repeat(200), false);
  const peak = await saturate(ours.server.origin, shotOf(ours), Math.ceil(8_000 * scale), 32);
  const rate = Math.floor(peak.requests / peak.seconds / 2);
  const all = [direct(upstream), ...targets];
  const p50 = new Map<Target, number[]>(all.map((it) => [it, []]));
  const p99 = new Map<Target, number[]>(all.map((it) => [it, []]));
  for (let round = 0; round < Math.min(rounds, 3); round += 1) {
    for (const target of all) {
      // What cannot keep up with the rate would only show the length of its queue.
      const own = target.name === 'Portkey gateway' ? Math.floor(rate / 6) : rate;
      const result = await atRate(target.server.origin, shotOf(target), own, seconds);
      p50.get(target)?.push(quantile(result.latencies, 0.5));
      p99.get(target)?.push(quantile(result.latencies, 0.99));
    }
  }
  const [base] = all;
  if (base === undefined) return;
  print(
    `**Added latency** at ${rate} requests/s, half of our peak (Portkey's at a sixth of that), 200 B prompt, open loop\n`,
  );
  print('| proxy | p50 ms | p99 ms | added p50 | added p99 |\n|---|---|---|---|---|');
  for (const target of all) {
    const middle = median(p50.get(target) ?? []);
    const slow = median(p99.get(target) ?? []);
    const [baseMiddle, baseSlow] = [median(p50.get(base) ?? []), median(p99.get(base) ?? [])];
    print(
      `| ${target.name} | ${middle.toFixed(2)} | ${slow.toFixed(2)} | ${(middle - baseMiddle).toFixed(2)} | ${(slow - baseSlow).toFixed(2)} |`,
    );
  }
  const { share, p99: waited, longestMs } = await stallsOf(quick ? 2 : 5);
  print(
    `\nThe machine itself, with one thread that does nothing but run on each processor: held up for ${(share * 100).toFixed(1)} % of the time, one moment in a hundred for more than ${waited.toFixed(1)} ms, at most ${longestMs.toFixed(0)} ms\n`,
  );
}

/** CPU of `auto` beside a named model. */
async function routing(): Promise<void> {
  const ours = targets.find((it) => it.name === 'Open Model Prism');
  if (ours === undefined) return;
  print('**`auto` beside a named model**, at the same rate, CPU µs/request, and × named\n');
  print('| prompt and answer | named | auto, first turn | auto, further turns |\n|---|---|---|---|');
  const cell = ({ micros, ratio }: Cost): string => `${micros.toFixed(0)} (${ratio.toFixed(2)})`;
  for (const { name, named, first, further } of await routingCost(ours, rounds, quick ? 2 : 4))
    print(`| ${name} | ${named.toFixed(0)} | ${cell(first)} | ${cell(further)} |`);
  print('');
}

/** From nothing (a new database, all migrations) to healthy, then again on the same data. */
async function starts(): Promise<void> {
  const took: number[][] = [[], []];
  for (let round = 0; round < Math.min(rounds, 3); round += 1) {
    const dataDir = mkdtempSync(join(tmpdir(), 'prism-bench-start-'));
    for (const turn of took) {
      const startedAt = performance.now();
      const server = await startProduct(dataDir);
      turn.push((performance.now() - startedAt) / 1000);
      await server.stop();
    }
    discard(dataDir);
  }
  const [first, second] = took.map((it) => median(it).toFixed(1));
  print(`\n**Start to healthy**, with the embedded PostgreSQL: the first ${first} s, later ones ${second} s`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
