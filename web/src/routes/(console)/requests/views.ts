import { rowsKey } from './request-query.ts';
import { sorted } from './saved-views.ts';

/** Views that everybody needs sooner or later. */
export const VIEWS = [
  { label: 'All', search: '' },
  { label: 'Errors, last hour', search: 'range=1h&status=ERROR' },
  { label: 'Most expensive', search: 'range=24h&sort=cost' },
  { label: 'Slow first token', search: 'range=24h&sort=first' },
  { label: 'Routed by auto', search: 'range=24h&routed=yes' },
] as const;

/** Whether an address shows a view: what is open beside it does not count. */
export function shows(search: Pick<URLSearchParams, 'entries'>, view: string): boolean {
  return sorted(rowsKey(search)) === sorted(view);
}
