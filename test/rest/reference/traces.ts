import type { PrismaClient } from '../../../src/database/generated/prisma/client.ts';

type Row = Readonly<Record<string, unknown>>;
type Tables = ReadonlyMap<string, readonly Row[]>;

/** Every row of every table of ours. */
export async function tablesOf(db: PrismaClient): Promise<Tables> {
  const names = await db.$queryRaw<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND c.relname NOT LIKE '\\_%' ORDER BY 1`;
  const tables = new Map<string, readonly Row[]>();
  for (const { name } of names) {
    const rows = await db.$queryRawUnsafe<{ row: Row }[]>(`SELECT to_jsonb(t) AS row FROM "${name}" t`);
    tables.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return tables;
}

export interface Change {
  readonly table: string;
  readonly gone: readonly Row[];
  readonly come: readonly Row[];
}

/** The rows that are no longer there, and those that are new; a changed one is in both. */
export function changesOf(before: Tables, after: Tables): Change[] {
  return [...after].flatMap(([table, rows]) => {
    const old = before.get(table) ?? [];
    const gone = without(old, rows);
    const come = without(rows, old);
    return gone.length + come.length === 0 ? [] : [{ table, gone, come }];
  });
}

function without(rows: readonly Row[], others: readonly Row[]): Row[] {
  const known = new Set(others.map((row) => JSON.stringify(row)));
  return rows.filter((row) => !known.has(JSON.stringify(row)));
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*(?:Z|[+-]\d\d:\d\d)?/g;
/** Made of chance, or of what is. */
const RANDOM =
  /^(?:hash|bindPassword|prefix|password_hash|passwordHash|credentials|token_hash|secret|content|salt)$/;
/** How long something took, and which doors there are. */
const MEASURED = /^(?:ms|latencyMs|user_agent|userAgent|address)$/;

/** The same text for whatever differs between any two runs; lists in an order of their own. */
export function neutral(value: unknown): unknown {
  const text = JSON.stringify(value, (key, member: unknown) => {
    if (RANDOM.test(key) || MEASURED.test(key)) return typeof member;
    return member;
  });
  return sorted(JSON.parse(text.replaceAll(UUID, 'ID').replaceAll(MOMENT, 'TIME')));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(sorted);
    return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, sorted(member)]));
}
