import { parse } from 'graphql';
import { listen } from '#lib/graphql/live.ts';
import type { LiveHandlers } from '#lib/graphql/live.ts';
import { session } from '#lib/state/session.svelte.ts';
import type { Operation } from './operations.ts';
import { onlyOperation } from './operations.ts';
import { send } from './send.ts';
import type { Answer } from './send.ts';

export interface Run {
  readonly text: string;
  readonly operation: Operation;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A query or a mutation. A session that has ended meanwhile is asked for once; then the run is repeated. */
export async function runOnce({ text, operation, variables }: Run, signal: AbortSignal): Promise<Answer> {
  const query = onlyOperation(text, operation.name);
  const question = { query, variables, operationName: operation.name === '' ? null : operation.name };
  const since = session.renewals;
  const answer = await send(question, signal);
  if (!isSignedOut(answer.body) || !(await session.renew(since))) return answer;
  return await send(question, signal);
}

/** A subscription, over the console's one socket. Returns what ends it. */
export function follow({ text, operation, variables }: Run, handlers: LiveHandlers<unknown>): () => void {
  return listen<unknown, Record<string, unknown>>(
    parse(onlyOperation(text, operation.name)),
    () => ({ ...variables }),
    handlers,
  );
}

function isSignedOut(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('errors' in body) || !Array.isArray(body.errors))
    return false;
  const errors: readonly unknown[] = body.errors;
  return errors.some((error) => JSON.stringify(error).includes('"code":"unauthenticated"'));
}
