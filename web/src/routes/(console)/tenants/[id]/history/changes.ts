/** One value that an entry of the audit log has changed. */
export interface Change {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Written by every change; they say nothing. */
const NOISE = new Set(['updatedAt', 'createdAt', 'id', 'tenantId']);

/** What differs, by its path; null = it was not there. Lists are compared as a whole. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const was = flatten(before);
  const is = flatten(after);
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => !NOISE.has(path) && was.get(path) !== is.get(path))
    .map((path) => ({ path, before: was.get(path) ?? null, after: is.get(path) ?? null }));
}

function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value))
      flatten(inner, path === '' ? name : `${path}.${name}`, into);
  } else if (value !== undefined && path !== '') {
    into.set(path, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return into;
}

/** The actions that can concern a tenant, as the end of a sentence that begins with who did it. */
const WORDS: Readonly<Record<string, string>> = {
  'tenant.create': 'added the tenant',
  'tenant.update': 'changed the tenant',
  'tenant.delete': 'deleted the tenant',
  'tenant.modelConfig': 'changed which models it may use',
  'key.create': 'added a key',
  'key.update': 'changed a key',
  'key.delete': 'deleted a key',
  'key.rotate': 'rotated the primary key',
  'key.set': 'set the primary key',
  'ruleSet.create': 'added a rule set',
  'ruleSet.update': 'changed a rule set',
  'ruleSet.delete': 'deleted a rule set',
};

export function actionWords(action: string): string {
  return WORDS[action] ?? action;
}
