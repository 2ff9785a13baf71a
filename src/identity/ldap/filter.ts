import { FilterParser } from 'ldapts';

/** What a filter of the settings may name: the person's name as typed, or a DN whose groups are sought. */
export interface FilterValues {
  readonly username: string;
  readonly dn?: string;
}

const PLACEHOLDER = /\{\{(\w+)\}\}/g;

/**
 * A value inside a filter (RFC 4515, section 3): what could be read as syntax becomes `\` and two hex digits.
 * Everything else, UTF-8 included, stands for itself.
 */
export function escapeFilterValue(value: string): string {
  return value.replace(/[\\*()\0]/g, (char) => `\\${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** The filter with its placeholders filled in, each once: what a value holds is never read as a placeholder. */
export function fillFilter(template: string, values: FilterValues): string {
  const named: Readonly<Record<string, string | undefined>> = { ...values };
  return compact(template).replace(PLACEHOLDER, (_all, name: string) => escapeFilterValue(named[name] ?? ''));
}

/** What is wrong with a filter of the settings; null = nothing. One of `needed` must be in it. */
export function filterProblem(template: string, needed: readonly (keyof FilterValues)[]): string | null {
  const names = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const unknown = names.find((name) => name !== 'dn' && name !== 'username');
  if (unknown !== undefined) return `has a placeholder that means nothing here: {{${unknown}}}`;
  if (!names.some((name) => needed.some((one) => one === name)))
    return `must contain ${needed.map((one) => `{{${one}}}`).join(' or ')}`;
  if (names.includes('dn') && !needed.includes('dn')) return 'cannot contain {{dn}}: it is what is sought';
  try {
    FilterParser.parseString(fillFilter(template, { username: 'x', dn: 'x' }));
    return null;
  } catch {
    return 'must be an LDAP filter such as (uid={{username}}), with every parenthesis closed';
  }
}

/** Filters pasted over several lines: between parentheses, white space says nothing. */
function compact(template: string): string {
  return template
    .trim()
    .replace(/(\([&|!])\s+(?=\()/g, '$1')
    .replace(/\)\s+(?=[()])/g, ')');
}
