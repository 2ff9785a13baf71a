import { readFileSync } from 'node:fs';

/** One row of the API reference's tables, as it stands there. */
export interface ReferenceRow {
  readonly heading: string;
  readonly method: string;
  /** Whole, with `:id`. */
  readonly path: string;
  /** The column "Role" or "Auth"; null = the table has none. */
  readonly who: string | null;
  readonly description: string;
}

const METHOD = '(GET|POST|PUT|PATCH|DELETE)';
const COLUMNS = /^Method (?:Endpoint|Path)(?: (Role|Auth))? Description$/;
const ROW = new RegExp(`^${METHOD} (/\\S*)(?: (.*))?$`);
const WHO = /^(maintainer\+|admin|any user|None|JWT) (.*)$/;
const BASES: Readonly<Record<string, string>> = {
  'Gateway API': '/api/:slug',
  'Admin API': '/api/prism/admin',
  'Tenant Portal API': '/api/tenant-portal',
  'Global Endpoints': '',
};

/**
 * Reads the copy of the reference that lies beside this file. A heading is the line before a table's line of columns;
 * the gateway's endpoints are headings of their own.
 */
export function readReference(): ReferenceRow[] {
  const lines = readFileSync(new URL('api-reference.txt', import.meta.url), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const rows: ReferenceRow[] = [];
  let part = '';
  let heading = '';
  let hasWho = false;
  for (const [at, line] of lines.entries()) {
    if (Object.hasOwn(BASES, line)) [part, heading, hasWho] = [line, line, false];
    const next = lines[at + 1] ?? '';
    const columns = COLUMNS.exec(next);
    if (columns) [heading, hasWho] = [isHeading(line) ? line : part, columns[1] !== undefined];
    const row = ROW.exec(line);
    if (!row) continue;
    const [, method = '', path = '', rest = ''] = row;
    const who = hasWho ? WHO.exec(rest) : null;
    if (hasWho && !who) throw new Error(`the reference has a row without a role: ${line}`);
    rows.push({
      heading,
      method,
      path: `${BASES[part] ?? ''}${path}`,
      who: who?.[1] ?? null,
      description: who?.[2] ?? rest,
    });
  }
  return rows;
}

function isHeading(line: string): boolean {
  return /^[A-Z][A-Za-z ]+$/.test(line);
}
