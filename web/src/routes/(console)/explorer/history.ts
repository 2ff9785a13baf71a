/** What was run, in this browser only. It may name ids and hold what was typed, so it never leaves it. */
export interface Past {
  readonly query: string;
  readonly variables: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const STORED = 'prism.explorer.history';
const DRAFT = 'prism.explorer.draft';
const MOST = 50;
/** Longer ones are not kept: storage is small. */
const LONGEST = 20_000;

export function readHistory(): readonly Past[] {
  const value = read(STORED);
  return Array.isArray(value) ? value.filter(isPast).slice(0, MOST) : [];
}

/** The newest first; the same thing again moves up. */
export function remember(history: readonly Past[], past: Past): readonly Past[] {
  if (past.query.trim() === '' || past.query.length + past.variables.length > LONGEST) return history;
  const others = history.filter(
    ({ query, variables }) => query !== past.query || variables !== past.variables,
  );
  const next = [past, ...others].slice(0, MOST);
  write(STORED, next);
  return next;
}

/** In the place of what is kept: nothing, or what was just forgotten. */
export function keepHistory(history: readonly Past[]): readonly Past[] {
  write(STORED, history);
  return history;
}

/** What was being typed when the page was left. Null = nothing. */
export function readDraft(): Pick<Past, 'query' | 'variables'> | null {
  const value = read(DRAFT);
  return isPast({ at: 0, ...(typeof value === 'object' ? value : {}) }) ? (value as Past) : null;
}

export function keepDraft(draft: Pick<Past, 'query' | 'variables'>): void {
  if (draft.query.length + draft.variables.length <= LONGEST) write(DRAFT, draft);
}

function isPast(value: unknown): value is Past {
  if (typeof value !== 'object' || value === null) return false;
  const past: Partial<Record<keyof Past, unknown>> = value;
  return typeof past.query === 'string' && typeof past.variables === 'string' && typeof past.at === 'number';
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

/** Storage may be full or forbidden: then there is no history, and that is all. */
function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    return;
  }
}
