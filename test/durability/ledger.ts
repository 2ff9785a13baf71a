import pg from 'pg';
import { differences } from '../accounting/sums.ts';
import type { Seen } from './application.ts';

export interface LoggedRow {
  readonly id: string;
  readonly status: string;
  readonly httpStatus: number;
  readonly streamed: boolean;
  readonly actualCost: number;
}

/** The log and its sums as PostgreSQL has them. */
export interface Ledger {
  rows(): Promise<LoggedRow[]>;
  /** Rows in which `usage_hourly` and the sums of `request_log` differ, column by column; [] = they are equal. */
  differences(): Promise<unknown[]>;
  query(text: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export function openLedger(url: string): Ledger {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined);
  return {
    async rows() {
      const { rows } = await pool.query<LoggedRow>(
        `SELECT id, status, http_status AS "httpStatus", streamed, actual_cost::float8 AS "actualCost" FROM request_log`,
      );
      return rows;
    },
    differences: () => differences(pool),
    query: async (text) => (await pool.query<Record<string, unknown>>(text)).rows,
    close: () => pool.end(),
  };
}

/** What is wrong with the log, given what clients have seen whole; [] = each of these is there, once, and right. */
export function faults(rows: readonly LoggedRow[], seen: readonly Seen[]): string[] {
  const byId = new Map<string, LoggedRow>();
  const wrong: string[] = [];
  for (const row of rows) {
    if (byId.has(row.id)) wrong.push(`${row.id} is in the log twice`);
    byId.set(row.id, row);
  }
  for (const answer of seen) {
    const name = `${answer.id} (${answer.model}${answer.streamed ? ', streamed' : ''})`;
    const row = byId.get(answer.id ?? '');
    if (row === undefined) wrong.push(`${name} was seen whole and is not in the log`);
    else if (row.streamed !== answer.streamed) wrong.push(`${name} is another kind of request in the log`);
    else if (answer.costUsd !== null && row.actualCost !== answer.costUsd)
      wrong.push(`${name} was told ${answer.costUsd} USD and the log says ${row.actualCost}`);
  }
  return wrong;
}
