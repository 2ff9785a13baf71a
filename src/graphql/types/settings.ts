import type { LogSettings } from '../../domain/settings.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { BadInputError } from '../errors.ts';
import { LogLevel } from './enum.ts';

const LogSettingsType = builder.objectRef<LogSettings>('LogSettings').implement({
  description: 'What is logged and how long it is kept. In force on every process at once.',
  fields: (t) => ({
    level: t.expose('level', { type: LogLevel, description: 'The least severe line that is logged.' }),
    promptLogging: t.exposeBoolean('promptLogging', {
      description: 'Whether prompt and answer of each request are stored, encrypted.',
    }),
    promptRetentionHours: t.exposeInt('promptRetentionHours', { description: 'How long those are kept.' }),
    logRetentionDays: t.exposeInt('logRetentionDays', { description: 'How long request logs are kept.' }),
  }),
});

const UpdateLogSettingsInput = builder.inputType('UpdateLogSettingsInput', {
  description: 'Changes to the log settings; what is missing or null stays as it is.',
  fields: (t) => ({
    level: t.field({ type: LogLevel, description: 'The least severe line that is logged.' }),
    promptLogging: t.boolean({ description: 'Whether prompts and answers are stored, encrypted.' }),
    promptRetentionHours: t.int({ description: 'How long those are kept.' }),
    logRetentionDays: t.int({ description: 'How long request logs are kept.' }),
  }),
});

builder.queryField('logSettings', (t) =>
  t.field({
    type: LogSettingsType,
    description: 'What is logged and how long it is kept.',
    authScopes: { can: 'settings.read' },
    resolve: (_root, _args, context) => context.domain.settings.log(signedIn(context)),
  }),
);

builder.mutationField('updateLogSettings', (t) =>
  t.field({
    type: LogSettingsType,
    description: 'Changes what is logged and how long it is kept.',
    authScopes: { can: 'settings.write' },
    errors: { types: [BadInputError] },
    args: { input: t.arg({ type: UpdateLogSettingsInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, context) => context.domain.settings.updateLog(signedIn(context), input),
  }),
);
