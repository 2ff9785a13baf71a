import { copyText } from '#lib/actions/copy.ts';
import { RequestContentDocument } from '#lib/generated/graphql.ts';
import type { RequestRowFragment } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { toasts } from '#lib/state/toasts.svelte.ts';
import { LANGUAGES, snippetOf } from './snippets.ts';
import type { Language } from './snippets.ts';

/** Copies what does the request again; with the prompt as it was sent, where it is stored and may be read. */
export async function copyRequest(
  language: Language,
  row: RequestRowFragment,
  may: ReadonlySet<string>,
): Promise<void> {
  const prompt = may.has('prompt.read') ? await storedPrompt(row.id) : null;
  const text = snippetOf(language, location.origin, row, prompt);
  const name = LANGUAGES[language];
  if ((await copyText(text)) !== 'copied') toasts.failed('The browser keeps the clipboard from this page.');
  else
    toasts.done(
      prompt === null
        ? `Copied as ${name}. The prompt is not stored: put yours in its place.`
        : `Copied as ${name}, with the key as a variable.`,
    );
}

/** The address of a request alone, for somebody else. */
export async function copyLink(id: string): Promise<void> {
  const link = `${location.origin}/requests/${id}`;
  if ((await copyText(link)) === 'copied') toasts.done('Copied the link.');
  else toasts.failed(`The browser keeps the clipboard from this page. The link is ${link}`);
}

async function storedPrompt(id: string): Promise<string | null> {
  const outcome = await ask(RequestContentDocument, { id });
  const snapshot = outcome.ok ? outcome.data.requestLog?.snapshot : null;
  return typeof snapshot?.prompt === 'string' && !snapshot.promptCut ? snapshot.prompt : null;
}
