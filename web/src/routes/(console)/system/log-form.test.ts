import { expect, it } from 'vitest';
import { formOf, inputOf } from './log-form.ts';

it('sends only what changed, files among files', () => {
  const form = formOf({
    level: 'INFO',
    fileLogging: { enabled: false, directory: 'logs', maxSizeMb: 100, maxFiles: 10, includePrompts: false },
    promptLogging: false,
    promptRetentionHours: 24,
    logRetentionDays: 90,
  });
  expect(form).toMatchObject({ level: 'INFO', enabled: false, directory: 'logs', logRetentionDays: 90 });
  expect(inputOf({ level: 'DEBUG' })).toEqual({ level: 'DEBUG' });
  expect(inputOf({ enabled: true, maxFiles: 3, promptLogging: false })).toEqual({
    promptLogging: false,
    fileLogging: { enabled: true, maxFiles: 3 },
  });
  expect(inputOf({})).toEqual({});
});
