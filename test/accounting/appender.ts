/** `node appender.ts <dataDir>`: appends as fast as it can; prints each entry's session id once it is written. */
import fs from 'node:fs';

import { pino } from 'pino';

import { openJournal } from '../../src/accounting/journal.ts';
import { record } from './records.ts';

const journal = await openJournal({
  dataDir: process.argv[2] ?? '',
  fsync: false,
  segmentBytes: 100_000,
  log: pino({ level: 'silent' }),
});

let next = 0;
function turn(): void {
  for (let i = 0; i < 5; i += 1) {
    const sessionId = `${process.pid}-${(next += 1)}`;
    journal.append({ kind: 'request', request: record({ sessionId }) }, (error) => {
      if (error === null) fs.writeSync(1, `${sessionId}\n`);
    });
  }
  setImmediate(turn);
}
turn();
