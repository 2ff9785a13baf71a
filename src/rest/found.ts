import { AppError } from '../errors.ts';

/** Null is GraphQL's answer for what does not exist, or not for the caller; REST's is 404. */
export function found<Value>(value: Value | null, what: string): Value {
  if (value !== null) return value;
  throw new AppError('not_found', `There is no such ${what}.`);
}
