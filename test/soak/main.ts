/**
 * `npm run soak -- --minutes=10 --clients=32`: the real process under mixed traffic for a long time. Prints what it
 * looked like, minute by minute, and whether it stayed as it was. Exit code 1 = it did not. Linux only (/proc).
 */
import { metricOf } from '../durability/product.ts';
import { quantileMs } from '../durability/traffic.ts';
import { keepChanging } from './changes.ts';
import { startLoad } from './load.ts';
import { descriptorsOf, keepSampling, takeSample, type Sample } from './samples.ts';
import { setStage } from './stage.ts';
import { checkAnswers, checkBooks, checkOutput, checkRest, checkSteady, tableOfKinds } from './verdict.ts';

const minutes = argument('minutes', 10);
const clients = argument('clients', 32);
const SAMPLE_MS = 5_000;
const CHANGE_MS = 3_000;
/** Caches fill, code is compiled, V8 finds the size of its heap; a third of a short run. */
const warmUpMs = Math.min(120_000, minutes * 20_000);
/** The providers keep unused connections for 75 s. */
const REST_MS = 90_000;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const stage = await setStage();
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  await stage.remove();
}

async function run(): Promise<boolean> {
  const { product, ledger } = stage;
  const descriptorsBefore = descriptorsOf(product.pid);
  print(`${clients} clients, ${minutes} minutes; ${descriptorsBefore} descriptors at rest\n`);
  print(
    '| s | answers/s | not 200 | fast p50 ms | p99 ms | RSS MB | heap MB | buffers MB | descriptors | running | streams | journal |',
  );
  print(`|${'---|'.repeat(12)}`);
  const load = startLoad(stage, clients);
  const changes = keepChanging(stage, CHANGE_MS);
  let shown = { answers: 0, atMs: 0 };
  const sampling = keepSampling(product, SAMPLE_MS, (sample) => {
    if (sample.atMs - shown.atMs < Math.min(60_000, minutes * 10_000)) return;
    const last = load.seen.slice(shown.answers);
    const fast = last.filter(({ kind }) => kind.startsWith('fast'));
    const perSecond = (last.length * 1_000) / (sample.atMs - shown.atMs);
    const failed = last.filter(({ status }) => status !== 200).length;
    print(
      `| ${[sample.atMs / 1_000, perSecond, failed, quantileMs(fast, 0.5), quantileMs(fast, 0.99), ...figures(sample)].map((it) => it.toFixed(0)).join(' | ')} |`,
    );
    shown = { answers: load.seen.length, atMs: sample.atMs };
  });
  await new Promise((resolve) => setTimeout(resolve, minutes * 60_000));
  await sampling.stop();
  const failures = await changes.stop();
  await load.stop();

  const rest = await atRest(descriptorsBefore);
  const counted = await metricOf(product.origin, 'prism_requests_total');
  print(`\n${tableOfKinds(load.seen)}`);
  const checks = [
    ...checkSteady(sampling.samples, warmUpMs),
    ...checkRest(rest, descriptorsBefore),
    ...(await checkBooks(ledger, load.seen, counted)),
    checkAnswers(load.seen),
    {
      name: 'changes of the configuration are all taken',
      passed: failures.length === 0,
      detail: failures.length === 0 ? 'yes' : `${failures.length}: ${failures[0] ?? ''}`,
    },
    checkOutput(product.output()),
  ];
  for (const { name, passed, detail } of checks) print(`${passed ? 'ok  ' : 'FAIL'} ${name} (${detail})`);
  return checks.every(({ passed }) => passed);
}

function figures(sample: Sample): number[] {
  const { rssMb, heapMb, externalMb, descriptors, requests, streams, waiting } = sample;
  return [rssMb, heapMb, externalMb, descriptors, requests, streams, waiting];
}

/** Waits until everything has ended and unused connections are closed, or for as long as that may take. */
async function atRest(descriptorsBefore: number): Promise<Sample> {
  const startedAt = performance.now();
  for (;;) {
    const sample = await takeSample(stage.product, startedAt);
    const isQuiet = checkRest(sample, descriptorsBefore).every(({ passed }) => passed);
    if (isQuiet || sample.atMs > REST_MS) return sample;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function argument(name: string, otherwise: number): number {
  const given = process.argv.find((it) => it.startsWith(`--${name}=`))?.slice(name.length + 3);
  const value = Number(given ?? otherwise);
  if (value > 0) return value;
  throw new Error(`--${name} must be a number above 0, for example --${name}=${otherwise}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
