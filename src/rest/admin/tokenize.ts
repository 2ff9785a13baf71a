import { PromptTokensDocument, TextTokensDocument, type TextTokensQuery } from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'Token Estimation';
const path = '/api/prism/admin/tokenize';

export const TOKENIZE_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path,
    heading,
    summary: 'Estimate tokens for a text string; exact where the model’s tokenizer is known',
    params: {},
    query: { text: 'The text', model: 'Whose tokenizer to use, where it is known' },
    document: TextTokensDocument,
    variables: ({ query: { text, model } }) => ({ text, model }),
    respond: ({ textTokens }) => present(textTokens),
  }),
  route({
    method: 'POST',
    path,
    heading,
    summary: 'Estimate tokens for a messages array, images and tools included',
    params: {},
    query: { model: 'Whose tokenizer to use, instead of the one in the body' },
    document: PromptTokensDocument,
    variables: ({ query: { model }, body }) => ({ input: body, model }),
    respond: ({ promptTokens }) => present(promptTokens),
  }),
];

function present({ estimatedTokens, method, chars }: TextTokensQuery['textTokens']) {
  return { estimated_tokens: estimatedTokens, method, chars };
}
