import { expect, it } from 'vitest';
import { record } from '../../test/accounting/records.ts';
import { boundUsers, OTHER_USERS } from './bound-users.ts';
import type { JournalEntry } from './record.ts';

const HOUR_MS = 3_600_000;
const [A, B] = ['0198c5b0-0000-7000-8000-00000000000a', '0198c5b0-0000-7000-8000-00000000000b'];

function open(most: number) {
  const now = { value: 0 };
  const entries: JournalEntry[] = [];
  const journal = boundUsers(
    {
      append(entry, written) {
        entries.push(entry);
        written(null);
      },
    },
    { clock: () => now.value, most },
  );
  return {
    now,
    /** Who is journalled, and who the trace says it was. */
    ask(userName: string, tenantId = A) {
      let done = 0;
      journal.append({ kind: 'request', request: record({ userName, tenantId }) }, () => (done += 1));
      const entry = entries.at(-1);
      if (entry?.kind !== 'request' || done !== 1) throw new Error('was not journalled');
      return [entry.request.userName, entry.request.trace?.user];
    },
    journal,
    entries,
  };
}

it('tells so many users of a tenant apart in an hour, and the rest together', () => {
  const { ask } = open(2);
  expect(['ann', 'bob', 'cem', 'ann', 'dan'].map((name) => ask(name))).toEqual([
    ['ann', undefined],
    ['bob', undefined],
    [OTHER_USERS, 'cem'],
    ['ann', undefined],
    [OTHER_USERS, 'dan'],
  ]);
});

it('counts each tenant and each hour by itself, and nobody who is not named', () => {
  const { ask, now } = open(1);
  expect([ask(''), ask('ann'), ask(''), ask('bob'), ask('bob', B)].map(([name]) => name)).toEqual([
    '',
    'ann',
    '',
    OTHER_USERS,
    'bob',
  ]);
  now.value += HOUR_MS;
  expect([ask('bob'), ask('ann')].map(([name]) => name)).toEqual(['bob', OTHER_USERS]);
});

it('leaves everything else as it is', () => {
  const { ask, journal, entries } = open(1);
  ask('ann');
  const window = { providerId: A, modelId: 'm', contextWindow: 8_000 };
  journal.append({ kind: 'window', window }, () => undefined);
  expect(entries.at(-1)).toEqual({ kind: 'window', window });
  const request = record({ tenantId: A, userName: 'bob', trace: null });
  journal.append({ kind: 'request', request }, () => undefined);
  expect(entries.at(-1)).toEqual({ kind: 'request', request: { ...request, userName: OTHER_USERS } });
});
