import { ALL_FIELDS, OVERRIDES } from './routing-fields.ts';
import type { RoutingField } from './routing-fields.ts';
import type { RoutingValue } from './routing-values.ts';

/** A value as a sentence says it; '' = there is nothing to say. */
export function valueWords(field: RoutingField, value: RoutingValue): string {
  if (value === undefined) return '';
  if (value === null) return 'none' in field && field.none !== '' ? (field.none ?? 'none') : 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (field.kind === 'choice') {
    const label = field.options.find((option) => option.value === value)?.label ?? String(value);
    return label.split(':')[0]?.toLowerCase() ?? label;
  }
  if (field.kind === 'number' && field.unit !== undefined) return `${String(value)} ${field.unit}`;
  return String(value);
}

/** What each setting is called, by its path; those that only switch an override are called as it is. */
export const FIELD_LABELS: Readonly<Record<string, string>> = Object.fromEntries([
  ...ALL_FIELDS.map(({ path, label }) => [path, label] as const),
  ...OVERRIDES.flatMap(({ title, toggle }) => (toggle === undefined ? [] : [[toggle, title] as const])),
]);
