import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOG_DEFAULTS, logDirectory, readLogConfig } from './log-config.ts';

describe('readLogConfig', () => {
  it('takes what is stored, and a default for each member that is missing or spoilt', () => {
    expect(readLogConfig(undefined)).toEqual(LOG_DEFAULTS);
    expect(
      readLogConfig({ level: 'debug', promptLogging: 'yes', fileLogging: { enabled: true, maxFiles: 0 } }),
    ).toEqual({
      ...LOG_DEFAULTS,
      level: 'debug',
      fileLogging: { ...LOG_DEFAULTS.fileLogging, enabled: true },
    });
  });

  it('never throws, and never leaves the data directory for a relative path', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const { fileLogging } = readLogConfig({ fileLogging: value });
        expect(fileLogging.directory.split('/')).not.toContain('..');
        readLogConfig(value);
      }),
    );
  });
});

describe('logDirectory', () => {
  it.each(['logs', '/var/log/prism', 'a/b c/d', '.', 'logs..old'])('takes %j', (path) => {
    expect(logDirectory.safeParse(path).success).toBe(true);
  });
  it.each([
    '',
    '..',
    '../logs',
    'a/../../b',
    '/var/../etc',
    'a\u0000b',
    'a\nb',
    'C:\\logs',
    'x'.repeat(1_025),
  ])('refuses %j', (path) => {
    expect(logDirectory.safeParse(path).success).toBe(false);
  });
});
