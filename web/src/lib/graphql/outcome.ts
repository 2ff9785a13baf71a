/** What went wrong, as the page shows it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** Which inputs are wrong; the path is the one of the operation's input. */
  readonly fields: readonly { readonly path: string; readonly message: string }[];
  /** What the server's own log calls the call that went wrong, where it answered at all. */
  readonly requestId?: string;
}

/** The answer to a question or an act; it is a value, never a rejection. */
export type Outcome<T> =
  { readonly ok: true; readonly data: T } | { readonly ok: false; readonly problem: Problem };

export function done<T>(data: T): Outcome<T> {
  return { ok: true, data };
}

export function failed(
  code: string,
  message: string,
  fields: Problem['fields'] = [],
): { ok: false; problem: Problem } {
  return { ok: false, problem: { code, message, fields } };
}

export function mapOutcome<T, R>(outcome: Outcome<T>, change: (data: T) => R): Outcome<R> {
  return outcome.ok ? done(change(outcome.data)) : outcome;
}
