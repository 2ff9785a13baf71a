import { readFileSync } from 'node:fs';
import { AppError } from './errors.ts';
import { EnvError, loadEnv, type Env } from './env.ts';
import { openLog, type Log, type Logger } from './log.ts';
import { startPrism, type Prism } from './prism.ts';
import { runDemo } from './demo/demo.ts';
import { releaseMemory, tuneCollector, watchIdleness } from './start/collector.ts';

/** A second signal while we are stopping means: now. */
const FORCED_EXIT = 130;
const SAME_WISH_MS = 1_000;

/** Why it may not listen where it is told to, by Node's code. */
const LISTEN_ERRORS: Readonly<Record<string, (values: Env) => string>> = {
  EADDRINUSE: ({ port, host }) => `port ${port} on ${host} is taken. Stop what listens there, or set PORT.`,
  EACCES: ({ port }) => `port ${port} is not allowed for this user. Set PORT to 1024 or more.`,
  EADDRNOTAVAIL: ({ host }) => `${host} is no address of this machine. Set HOST.`,
  ENOTFOUND: ({ host }) => `${host} is no name that this machine knows. Set HOST.`,
};

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
  if (!(error instanceof Error)) return String(error);
  if ('syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')) {
    const reason = LISTEN_ERRORS['code' in error ? String(error.code) : '']?.(values);
    if (reason !== undefined) return reason;
  }
  // What was tried says the error; whose server it was is known here.
  const isDatabase = error instanceof AppError && error.code === 'unavailable';
  if (isDatabase && values.databaseUrl !== null)
    return `${error.message} Check DATABASE_URL, and that its server runs.`;
  return error.message;
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
