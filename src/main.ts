import { readFileSync } from 'node:fs';
import { EnvError, loadEnv, type Env } from './env.ts';
import { openLog, type Log, type Logger } from './log.ts';
import { startPrism, type Prism } from './prism.ts';
import { runDemo } from './demo/demo.ts';
import { releaseMemory, tuneCollector, watchIdleness } from './start/collector.ts';

/** A second signal while we are stopping means: now. */
const FORCED_EXIT = 130;
const SAME_WISH_MS = 1_000;

tuneCollector();
const env = readEnv();
const output = openLog(env.logLevel);
const log = output.logger;
process.on('unhandledRejection', (error) => {
  log.fatal({ err: error }, 'a promise was rejected and nobody took it');
});
process.on('uncaughtException', (error) => {
  // State may be broken: leave, and let the next start take the journal over.
  log.fatal({ err: error }, 'an error was thrown and nobody took it');
  process.exit(1);
});

const prism = await start(env, output);
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void stop(prism, log, signal));
void prism.evicted.then(() => stop(prism, log, 'evicted'));
if (process.argv.includes('--demo')) await demo(prism, env);
else print(`\nOpen Model Prism is running at ${prism.url}\n`);
releaseMemory();
watchIdleness();

function readEnv(): Env {
  try {
    return loadEnv();
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

async function start(values: Env, to: Log): Promise<Prism> {
  try {
    return await startPrism(values, to, version());
  } catch (error) {
    process.stderr.write(`Open Model Prism cannot start: ${explain(error, values)}\n`);
    process.exit(1);
  }
}

async function demo({ domain, snapshot, journal, flush, url }: Prism, { dataDir }: Env): Promise<void> {
  if (domain === null) {
    process.stderr.write('The demo needs PRISM_ROLE=full.\n');
    process.exit(1);
  }
  try {
    await runDemo({ domain, snapshot, journal, flush, dataDir, url, print });
  } catch (error) {
    await prism.stop();
    process.stderr.write(
      `The demo cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  }
}

/** One clear line for what goes wrong at a start. */
function explain(error: unknown, values: Env): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return `port ${values.port} on ${values.host} is taken. Stop what listens there, or set PORT.`;
  }
  if (code === 'EACCES') return `port ${values.port} is not allowed for this user. Set PORT to 1024 or more.`;
  if (code === 'EADDRNOTAVAIL') return `${values.host} is no address of this machine. Set HOST.`;
  return error instanceof Error ? error.message : String(error);
}

/** Twice is once: an eviction may come on top of a signal. */
async function stop(running: Prism, logger: Logger, reason: string): Promise<void> {
  logger.info({ reason }, 'stopping');
  const since = performance.now();
  for (const again of ['SIGTERM', 'SIGINT'] as const) {
    // A signal to the whole process group comes twice, once through npm's launcher: that is one wish.
    process.on(again, () => {
      if (performance.now() - since > SAME_WISH_MS) process.exit(FORCED_EXIT);
    });
  }
  await running.stop();
  process.exit(0);
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const parsed: unknown = JSON.parse(text);
  const found = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : '';
  return String(found);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
