import { randomUUID } from 'node:crypto';
import type { Stage } from '../../../graphql/stage.ts';
import type { Example, Prepared } from '../example.ts';
import { ADMIN, bool, has, list, number, oneOf, text } from '../shapes.ts';

const BASE = `${ADMIN}/system`;
const logConfig = has({
  level: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  fileLogging: has({
    enabled: bool,
    directory: text,
    maxSizeMb: number,
    maxFiles: number,
    includePrompts: bool,
  }),
  promptLogging: bool,
  promptRetentionHours: number,
});

async function aPod({ world: { db } }: Stage): Promise<Prepared> {
  const pod = { id: randomUUID(), role: 'worker', host: 'somewhere', version: '2.0.0' };
  // Heartbeats go by the database's clock.
  const now = new Date();
  await db.pod.create({ data: { ...pod, startedAt: now, lastSeenAt: now } });
  return { params: { podId: pod.id } };
}

export const SYSTEM_EXAMPLES: readonly Example[] = [
  {
    row: `GET ${BASE}/overview`,
    answer: has({
      pods: list,
      counters: has({ requests: number, errors: number, blocked: number, activeStreams: number }),
      providers: list,
      database: has({}),
    }),
  },
  { row: `GET ${BASE}/log-config`, answer: logConfig },
  {
    row: `PUT ${BASE}/log-config`,
    body: { level: 'warn', promptLogging: false, promptRetentionHours: 24, fileLogging: { maxFiles: 5 } },
    answer: has({ level: 'warn', promptRetentionHours: 24, fileLogging: has({ maxFiles: 5 }) }),
  },
  { row: `DELETE ${BASE}/pods/:podId`, prepare: aPod, answer: has({ evicted: true, podId: text }) },
];
