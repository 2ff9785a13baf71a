import { join } from 'node:path';
import { startNode, type Ended } from '../kit/node-process.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** The real process, as an operator starts it. */
export interface Product {
  readonly origin: string;
  readonly pid: number;
  /** Everything it has printed so far. */
  output(): string;
  readonly ended: Promise<Ended>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<Ended>;
}

export interface ProductOptions {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it on a free port and waits until it says that it runs. Rejects with its output when it does not. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const { databaseUrl, dataDir, env } = options;
  const running = startNode([MAIN], {
    env: {
      ...process.env,
      NODE_ENV: 'development',
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATABASE_URL: databaseUrl,
      PRISM_DATA_DIR: dataDir,
      ...env,
    },
  });
  const { child, ended } = running;
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  child.once('exit', () => process.off('exit', killNow));
  const [, origin = ''] = await running.printed(/running at (http:\S+)/);
  return {
    origin,
    pid: child.pid ?? 0,
    output: () => running.output(),
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** What /health says of a process. */
export interface Health {
  readonly http: number;
  readonly status: string;
  readonly database: string;
  /** Entries of the journal that are not in the database yet. */
  readonly waiting: number;
}

export async function healthOf(origin: string): Promise<Health> {
  const response = await fetch(`${origin}/health`);
  const body = (await response.json()) as { status: string; database: string; journal: { entries: number } };
  return {
    http: response.status,
    status: body.status,
    database: body.database,
    waiting: body.journal.entries,
  };
}

/** /metrics as it is now: by name, the sum of a metric over all its labels; 0 = there is none. */
export async function metricsOf(origin: string): Promise<(name: string) => number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const lines = text.split('\n');
  return (name) =>
    lines
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

export async function metricOf(origin: string, name: string): Promise<number> {
  return (await metricsOf(origin))(name);
}
