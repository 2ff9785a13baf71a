import type { TokenEstimate } from '../../domain/tokenize-types.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';

const TokenEstimateType = builder.objectRef<TokenEstimate>('TokenEstimate').implement({
  description: 'How many tokens something has.',
  fields: (t) => ({
    estimatedTokens: t.exposeInt('estimatedTokens', { description: 'The count.' }),
    method: t.exposeString('method', {
      description: '"heuristic", or the tokenizer that has counted the text exactly: "o200k_base".',
    }),
    chars: t.exposeInt('chars', {
      description: 'Characters of all the text; each message ends with a line break, which is one of them.',
    }),
  }),
});

const MODEL = 'Id of the model, in any provider’s spelling; its own tokenizer counts where it is known.';

const PromptTokensInput = builder.inputType('PromptTokensInput', {
  description: 'A prompt as in a chat completion.',
  fields: (t) => ({
    messages: t.field({
      type: ['JSONObject'],
      required: true,
      description: '{ role, content, name?, tool_calls? }; content is a text or a list of parts.',
    }),
    tools: t.field({ type: ['JSONObject'], description: '{ type: "function", function: { name, … } }.' }),
    model: t.string({ description: MODEL }),
  }),
});

builder.queryField('textTokens', (t) =>
  t.field({
    type: TokenEstimateType,
    description: 'The tokens of a text by itself.',
    authScopes: { can: 'tokens.estimate' },
    args: {
      text: t.arg.string({ required: true, description: 'The text.' }),
      model: t.arg.string({ description: MODEL }),
    },
    resolve: (_root, input, context) => context.domain.tokenize.text(signedIn(context), input),
  }),
);

builder.queryField('promptTokens', (t) =>
  t.field({
    type: TokenEstimateType,
    description:
      'The tokens of a prompt: messages with what frames them, images and sound by the provider’s published rules, tools.',
    authScopes: { can: 'tokens.estimate' },
    args: {
      input: t.arg({ type: PromptTokensInput, required: true, description: 'The prompt.' }),
      model: t.arg.string({ description: 'Instead of the model in the input.' }),
    },
    resolve: (_root, { input, model }, context) =>
      context.domain.tokenize.prompt(signedIn(context), { ...input, model: model ?? input.model }),
  }),
);
