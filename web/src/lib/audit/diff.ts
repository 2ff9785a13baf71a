/** What the server writes in a secret's place (src/domain/audit.ts). */
const REDACTED = '[redacted]';

/** Change with everything, and say nothing that the entry does not say itself. */
const NOISE = new Set(['id', 'createdAt', 'updatedAt', 'lastCheckedAt', 'lastUsedAt', 'lastLoginAt']);

/** One member that is not what it was. */
export interface Change {
  /** Names of the members that lead to it. */
  readonly path: readonly string[];
  /**
   * secret = changed, but neither side may be seen; list = `before` and `after` hold what went and what came; order =
   * only the order of a list.
   */
  readonly kind: 'value' | 'secret' | 'list' | 'order';
  /** Undefined = there was none. */
  readonly before: unknown;
  /** Undefined = there is none any more. */
  readonly after: unknown;
}

/** Only what differs, member by member, at any depth. Either side may be missing: something was made, or is gone. */
export function diffOf(before: unknown, after: unknown): readonly Change[] {
  const changes = compare([], toRecord(before), toRecord(after));
  const secrets = new Set(changes.filter(({ kind }) => kind === 'secret').map(({ path }) => path.join('.')));
  // "hasBindPassword" says no more than "bindPassword: changed".
  return changes.filter(({ path }) => {
    const [, name] = /^has([A-Z].*)$/.exec(path.at(-1) ?? '') ?? [];
    if (name === undefined) return true;
    const plain = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    return !secrets.has([...path.slice(0, -1), plain].join('.'));
  });
}

function compare(
  path: readonly string[],
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    if (path.length === 0 && NOISE.has(name)) return [];
    return compareOne([...path, name], before[name], after[name]);
  });
}

function compareOne(path: readonly string[], before: unknown, after: unknown): readonly Change[] {
  const name = path.at(-1) ?? '';
  // "bindPasswordChanged": the server's way to say so of what it does not write down.
  if (/.Changed$/.test(name) && after === true) {
    const plain = [...path.slice(0, -1), name.slice(0, -'Changed'.length)];
    return [{ path: plain, kind: 'secret', before: undefined, after: undefined }];
  }
  if (same(before, after) || (isEmpty(before) && isEmpty(after))) return [];
  if (before === REDACTED || after === REDACTED)
    return [{ path, kind: 'secret', before: undefined, after: undefined }];
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(path, before, after);
  if (isRecord(before) && isRecord(after)) return compare(path, before, after);
  if (isRecord(after) && before === undefined) return compare(path, {}, after);
  return [{ path, kind: 'value', before, after }];
}

function compareLists(
  path: readonly string[],
  before: readonly unknown[],
  after: readonly unknown[],
): readonly Change[] {
  const keyed = keyOf(before, after);
  if (keyed !== null) return compare(path, keyed(before), keyed(after));
  const gone = before.filter((item) => !after.some((other) => same(item, other)));
  const come = after.filter((item) => !before.some((other) => same(item, other)));
  const kind = gone.length + come.length === 0 ? 'order' : 'list';
  return [kind === 'order' ? { path, kind, before, after } : { path, kind, before: gone, after: come }];
}

/** Lists of things with a name are compared thing by thing. Null = they have none, or not each its own. */
function keyOf(
  before: readonly unknown[],
  after: readonly unknown[],
): ((list: readonly unknown[]) => Record<string, unknown>) | null {
  const all = [...before, ...after];
  if (all.length === 0 || !all.every(isRecord)) return null;
  const key = ['id', 'name', 'key', 'groupDn', 'category'].find((candidate) =>
    [before, after].every((list) => {
      const values = list.map((item) => (isRecord(item) ? item[candidate] : undefined));
      return values.every((value) => typeof value === 'string') && new Set(values).size === values.length;
    }),
  );
  if (key === undefined) return null;
  return (list) =>
    Object.fromEntries(
      list.filter(isRecord).map((item) => {
        const { [key]: name, ...rest } = item;
        return [String(name), rest];
      }),
    );
}

/** Null, missing, "" and empty lists: a new thing is not told by what it does not have. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

/** Members in one order: the database keeps none. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      isRecord(part)
        ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ''
  );
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
