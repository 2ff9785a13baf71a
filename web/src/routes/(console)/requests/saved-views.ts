import type { Layout } from '#lib/table/columns.ts';
import { sameLayout } from '#lib/table/columns.ts';
import { layoutText, parseLayout } from './columns.ts';
import type { ColumnId } from './columns.ts';
import { rowsKey } from './request-query.ts';

/** Filters, time and order under a name, with the columns that go with them. */
export interface SavedView {
  readonly id: string;
  readonly name: string;
  /** The parts of the address that choose rows, as rowsKey gives them. */
  readonly search: string;
  readonly layout: Layout<ColumnId>;
}

/** More of them nobody finds again. */
export const MOST_VIEWS = 30;
export const LONGEST_NAME = 60;

/** What may be a list of views, from storage: what is none falls away. */
export function readViews(stored: unknown): readonly SavedView[] {
  if (!Array.isArray(stored)) return [];
  return stored.slice(0, MOST_VIEWS).flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const { id, name, search, columns }: Partial<Record<string, unknown>> = { ...one };
    if (typeof id !== 'string' || typeof name !== 'string' || typeof search !== 'string') return [];
    const layout = parseLayout(typeof columns === 'string' ? columns : null);
    return layout === null ? [] : [{ id, name, search, layout }];
  });
}

/** The same for storage. */
export function writeViews(views: readonly SavedView[]): readonly unknown[] {
  return views.map(({ layout, ...view }) => ({ ...view, columns: layoutText(layout) }));
}

/** Why a name cannot be taken; null = it can. `own`: the view that has it already. */
export function nameProblem(views: readonly SavedView[], name: string, own: string | null): string | null {
  const given = name.trim();
  if (given === '') return 'A view needs a name.';
  if (given.length > LONGEST_NAME) return `At most ${LONGEST_NAME} characters.`;
  const isTaken = views.some((view) => view.id !== own && view.name.toLowerCase() === given.toLowerCase());
  return isTaken ? 'Another view has this name.' : null;
}

/** The address of a view; what is open beside the list does not go along. */
export function viewHref({ id, search }: SavedView): string {
  const params = new URLSearchParams(search);
  params.set('view', id);
  return `/requests?${params.toString()}`;
}

/** An address that shows the same to anybody: the filters and the columns, without the name. */
export function shareHref(search: Pick<URLSearchParams, 'entries'>, layout: Layout<ColumnId>): string {
  const params = new URLSearchParams(rowsKey(search));
  params.set('columns', layoutText(layout));
  return `/requests?${params.toString()}`;
}

/** Whether what is shown is not the view any more. */
export function isChanged(
  view: SavedView,
  search: Pick<URLSearchParams, 'entries'>,
  layout: Layout<ColumnId>,
): boolean {
  return sorted(rowsKey(search)) !== sorted(view.search) || !sameLayout(view.layout, layout);
}

/** The order of the parts means nothing. */
export function sorted(search: string): string {
  const params = new URLSearchParams(search);
  params.sort();
  return params.toString();
}
