import type { AnyVariables, TypedDocumentNode } from '@urql/core';
import { ask } from './client.ts';
import { failed } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/** What of a load's event tells what the role may. */
interface LoadEvent {
  parent(): Promise<{ readonly may: ReadonlySet<string> }>;
  untrack<T>(work: () => T): T;
}

/**
 * One query of a page that not every role may see: whoever lacks the right asks for nothing, and the layout says so.
 * The page does not load again because a layout above it did.
 */
export async function askAllowed<Data, Variables extends AnyVariables>(
  event: LoadEvent,
  action: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  how: typeof ask = ask,
): Promise<Outcome<Data>> {
  // A layout that turns away (to the login, say) has the word; the page's own promise must not fail unheard.
  const above = await event.untrack(() => event.parent()).catch(() => null);
  if (above?.may.has(action) !== true) return failed('forbidden', 'Your role may not see this.');
  return how(document, variables);
}
