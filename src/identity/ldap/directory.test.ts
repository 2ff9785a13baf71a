import { expect, test } from 'vitest';
import { createDirectory } from './directory.ts';
import type { DirectorySettings } from './settings.ts';

const SETTINGS: DirectorySettings = {
  address: { host: 'ldap.example.com', port: 636, secure: true },
  startTls: false,
  tlsCaCert: null,
  bind: null,
  searchBase: 'dc=example,dc=com',
  searchFilter: '(uid={{username}})',
  groupSearchBase: null,
  groupSearchFilter: '(member={{dn}})',
  defaultRole: null,
  groupMapping: [],
  timeoutMs: 5000,
};

test('a name server that never answers holds one lookup, however many sign in, and all are told in time', async () => {
  const time = new AbortController();
  let lookups = 0;
  const directory = createDirectory({
    resolve: () => {
      lookups += 1;
      return new Promise(() => undefined);
    },
    timeout: () => time.signal,
    clock: () => new Date(0),
  });
  const waiting = Array.from({ length: 20 }, (_, index) => directory.signIn(SETTINGS, `user-${index}`, 'x'));
  const tested = directory.test(SETTINGS, { username: '', password: '' });
  time.abort();
  for (const login of waiting) await expect(login).rejects.toThrow('did not answer within 5000 ms');
  expect(await tested).toMatchObject({ success: false, steps: [{ step: 'resolve', ok: false }] });
  expect(lookups).toBe(1);
});
