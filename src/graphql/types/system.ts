import type {
  DatabaseState,
  Pod,
  ProviderState,
  SystemCounters,
  SystemOverview,
} from '../../domain/system-types.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { NotFoundError } from '../errors.ts';
import { ProviderStatus } from './enum.ts';

const PodType = builder.objectRef<Pod>('Pod').implement({
  description: 'One running process. It says every 5 seconds how it is.',
  fields: (t) => ({
    id: t.exposeID('podId', { description: 'Id of the process; after a restart it is another one.' }),
    role: t.exposeString('role', { description: 'full, control (no gateway) or worker (gateway only).' }),
    host: t.exposeString('host', { description: 'Name of the machine.' }),
    version: t.exposeString('version', { description: 'Version of the product that it runs.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it started.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'Its last sign of life.' }),
    requestsPerMinute: t.field({
      type: 'Count',
      description: 'Gateway requests that ended in the last minute.',
      resolve: ({ stats }) => stats.requestsPerMinute,
    }),
    eventLoopLagMs: t.float({
      description: 'How late its timers came: 99th percentile between its last two signs of life, in ms.',
      resolve: ({ stats }) => stats.eventLoopLagMs,
    }),
    rssMb: t.int({
      description: 'Memory that it holds, in MiB.',
      resolve: ({ stats }) => Math.round(stats.rssMb),
    }),
    activeStreams: t.int({
      description: 'Streams under way.',
      resolve: ({ stats }) => stats.counters.activeStreams,
    }),
    draining: t.exposeBoolean('draining', {
      description: 'It takes nothing new, finishes what runs, and leaves.',
    }),
    evicted: t.exposeBoolean('evicted', { description: 'It was asked to leave.' }),
    gone: t.exposeBoolean('gone', {
      description: 'No sign of life for 15 seconds; after 60 it is not listed any more.',
    }),
    logFileError: t.string({
      nullable: true,
      description: 'Why its log files cannot be written; null = no trouble, or no log files.',
      resolve: ({ stats }) => stats.logFileError,
    }),
    logLinesDropped: t.field({
      type: 'Count',
      description: 'Lines that its log files could not take, since its start.',
      resolve: ({ stats }) => stats.logLinesDropped,
    }),
  }),
});

const SystemCountersType = builder.objectRef<SystemCounters>('SystemCounters').implement({
  description: 'Sums over the processes that are not gone, each counted since its start.',
  fields: (t) => ({
    requests: t.expose('requests', {
      type: 'Count',
      description: 'Gateway requests that ended, however they did.',
    }),
    errors: t.expose('errors', {
      type: 'Count',
      description: 'Those that failed; blocked ones are not among them.',
    }),
    blocked: t.expose('blocked', {
      type: 'Count',
      description: 'Those refused by a rate limit or by the model policy of their tenant.',
    }),
    activeStreams: t.expose('activeStreams', { type: 'Count', description: 'Streams under way.' }),
  }),
});

const SystemProviderType = builder.objectRef<ProviderState>('SystemProvider').implement({
  description:
    'A provider as it is now: by what any process has last seen of it (traffic or a probe), or by its last check if that is newer.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the provider.' }),
    name: t.exposeString('name', { description: 'Its name, for people.' }),
    slug: t.exposeString('slug', { description: 'Its short name.' }),
    type: t.exposeString('type', { description: 'One of `providerTypes`.' }),
    active: t.exposeBoolean('active', { description: 'False = serves nobody.' }),
    status: t.expose('status', { type: ProviderStatus, description: 'How it is.' }),
    error: t.exposeString('error', { nullable: true, description: 'What is wrong with it; null = nothing.' }),
    seenAt: t.expose('seenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When that was found out; null = nobody has asked it yet.',
    }),
    since: t.expose('since', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is so, as far as is known; null = nobody has asked it yet.',
    }),
    circuitOpenUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Until when a process sends it nothing, because it failed again and again; null = it is tried.',
      resolve: ({ openUntil }) => openUntil,
    }),
    lastTrafficAt: t.expose('lastTrafficAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it last answered a request; null = not since the processes started.',
    }),
    models: t.exposeInt('models', {
      description: 'How many models it has that are neither hidden nor gone.',
    }),
  }),
});

const JournalBacklog = builder.objectRef<DatabaseState['journal']>('JournalBacklog').implement({
  description: 'What the processes have journalled and not yet moved into the database.',
  fields: (t) => ({
    entries: t.expose('entries', { type: 'Count', description: 'Entries, over all processes.' }),
    bytes: t.expose('bytes', { type: 'Count', description: 'Their size on disk.' }),
    oldestMs: t.exposeFloat('oldestMs', {
      nullable: true,
      description: 'Age of the oldest in ms; null = there is none.',
    }),
  }),
});

const RequestLogState = builder.objectRef<DatabaseState['log']>('RequestLogState').implement({
  description: 'How the request log lies in the database.',
  fields: (t) => ({
    partitions: t.exposeInt('partitions', {
      description: 'One for each UTC day, those made ahead for coming days included.',
    }),
    oldestDay: t.exposeString('oldestDay', {
      nullable: true,
      description: 'The first UTC day that is kept, for example "2026-11-23"; null = there is none.',
    }),
    bytes: t.expose('bytes', { type: 'Count', description: 'Its size on disk, with its indexes.' }),
  }),
});

const SystemDatabase = builder.objectRef<DatabaseState>('SystemDatabase').implement({
  description: 'The PostgreSQL behind all of it.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'Version of the server.' }),
    sizeBytes: t.expose('sizeBytes', { type: 'Count', description: 'Size of this database on disk.' }),
    connections: t.exposeInt('connections', { description: 'Connections to this database.' }),
    maxConnections: t.exposeInt('maxConnections', { description: 'How many the server takes in all.' }),
    latencyMs: t.exposeFloat('latencyMs', {
      description: 'One round trip from the process that answers, in ms.',
    }),
    journal: t.expose('journal', {
      type: JournalBacklog,
      description: 'What has still to be moved into it.',
    }),
    log: t.expose('log', { type: RequestLogState, description: 'The request log.' }),
  }),
});

export const SystemType = builder.objectRef<SystemOverview>('System').implement({
  description: 'The whole installation at this moment.',
  fields: (t) => ({
    pods: t.field({
      type: [PodType],
      description: 'The processes, the longest running first.',
      resolve: ({ pods }) => [...pods],
    }),
    counters: t.expose('counters', { type: SystemCountersType, description: 'What they have done.' }),
    providers: t.field({
      type: [SystemProviderType],
      description: 'The providers, by name.',
      resolve: ({ providers }) => [...providers],
    }),
    database: t.expose('database', { type: SystemDatabase, description: 'The database.' }),
  }),
});

builder.queryField('system', (t) =>
  t.field({
    type: SystemType,
    description: 'The processes, what they have done, the providers and the database, as of now.',
    authScopes: { can: 'system.read' },
    resolve: (_root, _args, context) => context.domain.system.overview(signedIn(context)),
  }),
);

builder.queryField('providerStates', (t) =>
  t.field({
    type: [SystemProviderType],
    description: 'How the providers are now, by name.',
    authScopes: { can: 'provider.read' },
    resolve: async (_root, _args, context) => [...(await context.domain.system.providers(signedIn(context)))],
  }),
);

builder.mutationField('evictPod', (t) =>
  t.field({
    type: PodType,
    description:
      'Asks a process to finish what runs and to leave; it begins within a second. Asked again, nothing more happens. Whoever started it may start it anew.',
    authScopes: { can: 'pod.evict' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the process.' }) },
    resolve: (_root, { id }, context) => context.domain.system.evict(signedIn(context), id),
  }),
);
