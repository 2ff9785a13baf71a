import { describe, expect, it } from 'vitest';
import type { NoticeHandlers } from '../database/notify.ts';
import type { AppError } from '../errors.ts';
import type { UserActor } from '../identity/actor.ts';
import { createLog } from '../log.ts';
import { createLiveAccess, type LiveLimits } from './live-access.ts';

const ANNA = '01930000-0000-7000-8000-000000000001';
const BERT = '01930000-0000-7000-8000-000000000002';
const HOUR_MS = 3_600_000;

function open(limits: Partial<LiveLimits> = {}) {
  let now = 0;
  let heard: NoticeHandlers = {};
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const logins = new Map<string, Partial<UserActor> | Error | null>();
  const lookups: string[] = [];
  const access = createLiveAccess({
    sessions: {
      async authenticate(token, { address }) {
        lookups.push(token);
        await Promise.resolve();
        const login = logins.get(token);
        if (login instanceof Error) throw login;
        if (!login) return null;
        const person = { id: ANNA, username: 'anna', role: 'tenant-viewer', tenantIds: ['a', 'b'] } as const;
        return { kind: 'user', ...person, sessionId: token, address, ...login };
      },
    },
    notices: {
      subscribe(handlers) {
        heard = handlers;
        return { stop: () => Promise.resolve() };
      },
    },
    clock: () => new Date(now),
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    log: createLog('silent'),
    limits,
  });
  return {
    access,
    logins,
    lookups,
    timers,
    change: (id: string) => heard.onNotice?.({ noun: 'user', id }),
    reconnect: () => heard.onConnected?.(),
    /** Runs the timers that are due meanwhile. */
    async pass(ms: number) {
      now += ms;
      for (const timer of timers) {
        if (timer.at > now) continue;
        timers.delete(timer);
        timer.run();
      }
      await new Promise(setImmediate);
    },
  };
}

const codeOf = (signal: AbortSignal): unknown => (signal.reason as AppError | undefined)?.code;
const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: AppError) => error.code,
  );

describe('a connection', () => {
  it('is for those who are signed in', async () => {
    const { access, logins } = open();
    logins.set('anna', {});
    expect((await access.open('anna', '192.0.2.1')).actor).toMatchObject({ id: ANNA, address: '192.0.2.1' });
    expect(await refusal(access.open('stranger', ''))).toBe('unauthenticated');
    expect(access.connections).toBe(1);
  });

  it('ends with its login, to the moment', async () => {
    const { access, logins, pass, timers } = open();
    logins.set('anna', { expiresAt: new Date(HOUR_MS) });
    const connection = await access.open('anna', '');
    for (let at = 0; at < HOUR_MS - 1_000; at += 1_000) await pass(1_000);
    expect(connection.signal.aborted).toBe(false);
    await pass(1_000);
    expect(codeOf(connection.signal)).toBe('unauthenticated');
    expect([access.connections, timers.size]).toEqual([0, 0]);
  });

  it('is in doubt from the notice on, until its login has been looked at again', async () => {
    const { access, logins, change, lookups } = open();
    logins.set('anna', {}).set('bert', { id: BERT });
    const [anna, bert] = await Promise.all([access.open('anna', ''), access.open('bert', '')]);
    change(ANNA);
    expect(anna.settled()).not.toBeNull();
    expect(bert.settled()).toBeNull();
    await anna.settled();
    expect([anna.settled(), anna.signal.aborted]).toEqual([null, false]);
    logins.set('anna', null);
    change(ANNA);
    change(ANNA);
    await anna.settled();
    expect(codeOf(anna.signal)).toBe('unauthenticated');
    expect(bert.signal.aborted).toBe(false);
    expect(lookups.filter((token) => token === 'bert')).toHaveLength(1);
  });

  it.each([
    ['another role', { role: 'tenant-admin' as const }],
    ['other tenants', { tenantIds: ['a'] }],
    ['other scopes', { grant: { id: 'x', name: 'x', scopes: ['usage:read'], tenantIds: [] } }],
  ])('with %s has to be made anew', async (_what, more) => {
    const { access, logins, change } = open();
    logins.set('anna', {});
    const connection = await access.open('anna', '');
    logins.set('anna', { tenantIds: ['b', 'a'] });
    change(ANNA);
    await connection.settled();
    expect(connection.signal.aborted).toBe(false);
    logins.set('anna', more);
    change(ANNA);
    await connection.settled();
    expect(codeOf(connection.signal)).toBe('forbidden');
  });

  it('stays in doubt while the database does not answer', async () => {
    const { access, logins, change, pass } = open();
    logins.set('anna', {});
    const connection = await access.open('anna', '');
    logins.set('anna', new Error('gone'));
    change(ANNA);
    await pass(0);
    await pass(1_000);
    expect(connection.settled()).not.toBeNull();
    logins.set('anna', null);
    await pass(1_000);
    expect([connection.settled(), codeOf(connection.signal)]).toEqual([null, 'unauthenticated']);
  });

  it('is looked at again when a change comes while it is opened, after a lost connection, and now and then', async () => {
    const { access, logins, change, reconnect, pass, lookups } = open();
    logins.set('anna', {});
    const opening = access.open('anna', '');
    change(ANNA);
    await (await opening).settled();
    expect(lookups).toHaveLength(2);
    reconnect();
    await pass(0);
    expect(lookups).toHaveLength(3);
    await pass(5 * 60_000);
    expect(lookups).toHaveLength(4);
    await pass(5 * 60_000);
    expect(lookups).toHaveLength(5);
    (await opening).close();
    reconnect();
    await pass(HOUR_MS);
    expect([lookups.length, access.connections]).toEqual([5, 0]);
  });
});

describe('the process', () => {
  it('takes so many connections and no more, of one user and of all', async () => {
    const { access, logins } = open({ connections: 3, ofOneUser: 2 });
    logins.set('anna', {}).set('bert', { id: BERT });
    const [first] = await Promise.all([access.open('anna', ''), access.open('anna', '')]);
    expect(await refusal(access.open('anna', ''))).toBe('too_many_attempts');
    await access.open('bert', '');
    expect(await refusal(access.open('bert', ''))).toBe('too_many_attempts');
    first.close();
    await access.open('bert', '');
  });

  it('ends all connections when it leaves, and lets nobody in', async () => {
    const { access, logins, timers } = open();
    logins.set('anna', {});
    const connection = await access.open('anna', '');
    access.close();
    expect(codeOf(connection.signal)).toBe('draining');
    expect(await refusal(access.open('anna', ''))).toBe('draining');
    expect(timers.size).toBe(0);
  });
});
