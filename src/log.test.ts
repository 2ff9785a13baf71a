import { expect, it } from 'vitest';
import { openLog } from './log.ts';

/** A log whose lines are copied into a list. */
function open(level: Parameters<typeof openLog>[0]) {
  const log = openLog(level);
  const lines: string[] = [];
  log.copyTo((line) => lines.push(line));
  return { log, messages: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg), lines };
}

it('has a new level at once, in children and their children, too', () => {
  const { log, messages } = open('silent');
  const child = log.logger.child({ provider: 'a' });
  const grandchild = child.child({ model: 'b' });
  const say = (word: string): void => {
    for (const [name, logger] of Object.entries({ root: log.logger, child, grandchild })) {
      logger.debug(`${name} ${word}`);
    }
  };
  say('before');
  log.setLevel('debug');
  say('now');
  log.setLevel('silent');
  say('after');
  expect(messages()).toEqual(['root now', 'child now', 'grandchild now']);
});

it('copies whole lines for as long as somebody wants them', () => {
  const { log, lines } = open('fatal');
  log.logger.fatal({ apiKey: 'a secret' }, 'one');
  log.copyTo(null);
  log.logger.fatal('two');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*"msg":"one"\}\n$/);
  expect(lines[0]).not.toContain('a secret');
});
