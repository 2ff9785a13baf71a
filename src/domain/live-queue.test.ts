import { expect, it } from 'vitest';
import { createLiveQueue } from './live-queue.ts';

it('gives what was put in, in order, however much goes through', async () => {
  const queue = createLiveQueue<number>(100);
  for (let round = 0; round < 50; round += 1) {
    for (let at = 0; at < 70; at += 1) expect(queue.push(round * 70 + at)).toBe(true);
    for (let at = 0; at < 70; at += 1) expect(await queue.next()).toBe(round * 70 + at);
  }
  expect(queue.size).toBe(0);
});

it('gives to whoever waits', async () => {
  const queue = createLiveQueue<string>(1);
  const waiting = queue.next();
  expect(queue.push('a')).toBe(true);
  expect([await waiting, queue.size]).toEqual(['a', 0]);
});

it('keeps as much as it may and nothing beyond', async () => {
  const queue = createLiveQueue<number>(2);
  expect([queue.push(1), queue.push(2), queue.push(3)]).toEqual([true, true, false]);
  expect(queue.size).toBe(0);
  queue.fail(new Error('full'));
  expect(queue.push(4)).toBe(false);
  await expect(queue.next()).rejects.toThrow('full');
});

it('lets go of whoever waits when it is closed', async () => {
  const queue = createLiveQueue<number>(2);
  const waiting = queue.next();
  queue.close();
  expect([await waiting, await queue.next(), queue.push(1)]).toEqual([null, null, false]);
});
