import type { LogSettings } from '../../domain/settings.ts';
import type { FileLogging } from '../../log-config.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError } from '../errors.ts';
import { LogLevel } from './enum.ts';

const FileLoggingType = builder.objectRef<FileLogging>('FileLogging').implement({
  description:
    'Log files beside stdout, of each process its own: process-<host>-<port>.<n>.log holds what stdout gets, requests-<host>-<port>.<n>.jsonl one line for each finished gateway request. Trouble with them shows in `system`.',
  fields: (t) => ({
    enabled: t.exposeBoolean('enabled', { description: 'Whether they are written.' }),
    directory: t.exposeString('directory', {
      description: 'Where: an absolute path, or one below the data directory.',
    }),
    maxSizeMb: t.exposeInt('maxSizeMb', {
      description: 'When a file has so many MiB, the next one is begun.',
    }),
    maxFiles: t.exposeInt('maxFiles', {
      description: 'So many files of either kind are kept by each process; the oldest go first.',
    }),
    includePrompts: t.exposeBoolean('includePrompts', {
      description:
        'Whether request lines hold prompt and answer, in clear, as long as promptLogging is on. They leave with their file: promptRetentionHours does not reach them.',
    }),
  }),
});

const LogSettingsType = builder.objectRef<LogSettings>('LogSettings').implement({
  description: 'What is logged, where to and how long it is kept. In force on every process within a second.',
  fields: (t) => ({
    level: t.expose('level', {
      type: LogLevel,
      description: 'The least severe line that is logged. LOG_LEVEL of each process until it is set here.',
    }),
    fileLogging: t.expose('fileLogging', { type: FileLoggingType, description: 'Log files.' }),
    promptLogging: t.exposeBoolean('promptLogging', {
      description: 'Whether prompt and answer of each request are stored, encrypted.',
    }),
    promptRetentionHours: t.exposeInt('promptRetentionHours', { description: 'How long those are kept.' }),
    logRetentionDays: t.exposeInt('logRetentionDays', { description: 'How long request logs are kept.' }),
  }),
});

const UpdateFileLoggingInput = builder.inputType('UpdateFileLoggingInput', {
  description: 'Changes to the log files; what is missing or null stays as it is.',
  fields: (t) => ({
    enabled: t.boolean({ description: 'Whether they are written.' }),
    directory: t.string({ description: 'An absolute path, or one below the data directory, without "..".' }),
    maxSizeMb: t.int({ description: 'Size of a file in MiB, 1 to 10240.' }),
    maxFiles: t.int({ description: 'Files of either kind that each process keeps, 2 to 1000.' }),
    includePrompts: t.boolean({
      description:
        'Whether request lines hold prompt and answer in clear; of effect while promptLogging is on.',
    }),
  }),
});

const UpdateLogSettingsInput = builder.inputType('UpdateLogSettingsInput', {
  description: 'Changes to the log settings; what is missing or null stays as it is.',
  fields: (t) => ({
    level: t.field({ type: LogLevel, description: 'The least severe line that is logged.' }),
    fileLogging: t.field({ type: UpdateFileLoggingInput, description: 'Log files.' }),
    promptLogging: t.boolean({ description: 'Whether prompts and answers are stored, encrypted.' }),
    promptRetentionHours: t.int({ description: 'How long those are kept, 1 to 8760.' }),
    logRetentionDays: t.int({ description: 'How long request logs are kept, 1 to 3650.' }),
  }),
});

builder.queryField('logSettings', (t) =>
  t.field({
    type: LogSettingsType,
    description: 'What is logged, where to and how long it is kept.',
    authScopes: { can: 'settings.read' },
    resolve: (_root, _args, context) => context.domain.settings.log(signedIn(context)),
  }),
);

builder.mutationField('updateLogSettings', (t) =>
  t.field({
    type: LogSettingsType,
    description: 'Changes what is logged, where to and how long it is kept.',
    authScopes: { can: 'settings.write' },
    errors: { types: [BadInputError] },
    args: { input: t.arg({ type: UpdateLogSettingsInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, context) => context.domain.settings.updateLog(signedIn(context), input),
  }),
);
