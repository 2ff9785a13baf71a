/** `node drainer.ts <dataDir> <database url>`: drains the journals of dead processes in small batches until it is killed. */
import { pino } from 'pino';

import { createDrain } from '../../src/accounting/drain.ts';
import { openJournal } from '../../src/accounting/journal.ts';
import { createPool } from '../../src/database/client.ts';

const log = pino({ level: 'silent' });
const [, , dataDir = '', url = ''] = process.argv;
const journal = await openJournal({ dataDir, fsync: false, log });
const pool = createPool(url, { max: 2, applicationName: 'drainer' });
createDrain({ journal, pool, log, batchRows: 7, lingerMs: 0 }).start();
process.stdout.write('draining\n');
setInterval(() => undefined, 1_000);
