import pg from 'pg';
import type { TestPrism } from './prism.ts';

// A row is what the test asserts of it.
// oxlint-disable-next-line typescript/no-explicit-any
type Row = any;

/** The log row of a request, as the database has it; waits until it is there. */
export async function logOf(prism: TestPrism, requestId: string | null): Promise<Row> {
  const client = new pg.Client({ connectionString: prism.databaseUrl });
  await client.connect();
  try {
    const end = performance.now() + 60_000;
    for (;;) {
      await prism.prism.flush();
      const { rows } = await client.query('SELECT * FROM request_log WHERE id = $1', [requestId]);
      if (rows.length > 1) throw new Error('the request is in the log more than once');
      if (rows[0] !== undefined) return rows[0];
      if (performance.now() > end) throw new Error(`request ${requestId} is not in the log`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } finally {
    await client.end();
  }
}
