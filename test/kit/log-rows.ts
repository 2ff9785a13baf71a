import type pg from 'pg';
import { uuidv7 } from 'uuidv7';

export interface NewLogRow {
  readonly tenantId?: string;
  /** How long before now it came, in ms. */
  readonly ago?: number;
  readonly errorMessage?: string;
}

const SOMEBODY = '01930000-0000-7000-8000-00000000000a';

/**
 * Writes rows into the request log as the drain does, notices included; answers their ids. The transaction is the
 * caller's.
 */
export async function insertLogRows(
  client: pg.Client,
  rows: readonly NewLogRow[],
  perNotice = 190,
): Promise<string[]> {
  const now = Date.now();
  const made = rows.map(({ tenantId = SOMEBODY, ago = 0, errorMessage = '' }) => ({
    id: uuidv7(),
    tenantId,
    at: now - ago,
    errorMessage,
  }));
  await client.query(
    `INSERT INTO request_log (id, at, tenant_id, key_id, provider_slug, operation, requested_model, model,
       baseline_model, status, http_status, duration_ms, error_message)
     SELECT r.id, to_timestamp(r.at / 1000.0), r.tenant_id, r.tenant_id, 'p', 'chat', 'm', 'm', 'm', 'success', 200, 1,
            r.message
       FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[]) AS r(id, at, tenant_id, message)`,
    [
      made.map(({ id }) => id),
      made.map(({ at }) => at),
      made.map(({ tenantId }) => tenantId),
      made.map(({ errorMessage }) => errorMessage),
    ],
  );
  for (let start = 0; start < made.length; start += perNotice) {
    const part = made.slice(start, start + perNotice);
    const times = part.map(({ at }) => at);
    const notice = { from: Math.min(...times), to: Math.max(...times), ids: part.map(({ id }) => id) };
    await client.query(`SELECT pg_notify('prism_logged', $1)`, [JSON.stringify(notice)]);
  }
  return made.map(({ id }) => id);
}
