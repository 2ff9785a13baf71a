import { AppError } from '../errors.ts';
import { isUuid } from './uuid.ts';

export interface Place {
  readonly at: Date;
  readonly id: string;
}

/** Conditions on the place alone: they fit every table that is listed by `at` and `id`. */
interface PlaceWhere {
  at: { lte: Date } | { gte: Date };
  OR: { at: Date | { lt: Date } | { gt: Date }; id?: { lt: string } | { gt: string } }[];
}

/** A place in a log, newest first: stays valid whatever is added or dropped. */
export function cursorOf({ at, id }: Place): string {
  return Buffer.from(`${at.getTime()}/${id}`).toString('base64url');
}

/** Rows that come after the cursor: older ones. Throws AppError bad_input. */
export function after(cursor: string): PlaceWhere {
  const { at, id } = placeOf('after', cursor);
  // The first condition follows from the second; it is what lets PostgreSQL start in the index.
  return { at: { lte: at }, OR: [{ at: { lt: at } }, { at, id: { lt: id } }] };
}

/** Rows that come before the cursor: newer ones. Throws AppError bad_input. */
export function before(cursor: string): PlaceWhere {
  const { at, id } = placeOf('before', cursor);
  return { at: { gte: at }, OR: [{ at: { gt: at } }, { at, id: { gt: id } }] };
}

/** The place that a cursor names; `path` is the argument that it came in. Throws AppError bad_input. */
export function placeOf(path: 'after' | 'before', cursor: string): Place {
  const [ms = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split('/');
  const at = new Date(/^\d{1,15}$/.test(ms) ? Number(ms) : Number.NaN);
  if (!Number.isNaN(at.getTime()) && isUuid(id)) return { at, id };
  throw new AppError('bad_input', `"${path}" is no cursor of this list.`, {
    fields: [{ path, message: 'must be a cursor that this list has given out' }],
  });
}
