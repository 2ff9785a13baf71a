import { builder } from '../builder.ts';
import type { Context } from '../context.ts';

interface Snapshot {
  readonly prompt: unknown;
  readonly promptCut: boolean;
  readonly answer: unknown;
  readonly answerCut: boolean;
}

export const PromptSnapshot = builder.objectRef<Snapshot>('PromptSnapshot').implement({
  description: 'Prompt and answer of one request, kept encrypted and only where that is switched on.',
  authScopes: { can: 'prompt.read' },
  fields: (t) => ({
    prompt: t.expose('prompt', { type: 'JSON', nullable: true, description: 'What the client sent.' }),
    promptCut: t.exposeBoolean('promptCut', { description: 'It was longer than what is kept.' }),
    answer: t.expose('answer', { type: 'JSON', nullable: true, description: 'What it got.' }),
    answerCut: t.exposeBoolean('answerCut', { description: 'It was longer than what is kept.' }),
  }),
});

/** Null = nothing is stored for this request. Throws when what is stored cannot be decrypted. */
export async function readSnapshot(
  requestId: string,
  { loaders, decrypt }: Context,
): Promise<Snapshot | null> {
  const row = await loaders.snapshot(requestId);
  if (!row) return null;
  const content: unknown = JSON.parse(decrypt(row.content, `snapshot:${requestId}`));
  if (typeof content !== 'object' || content === null) return null;
  return {
    prompt: 'prompt' in content ? content.prompt : null,
    promptCut: 'promptCut' in content && content.promptCut === true,
    answer: 'answer' in content ? content.answer : null,
    answerCut: 'answerCut' in content && content.answerCut === true,
  };
}
