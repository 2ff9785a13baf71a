import type { PlaygroundError, PlaygroundEvent } from '../../domain/playground.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { followingOf } from './subscription.ts';

type Event<Kind extends PlaygroundEvent['kind']> = Extract<PlaygroundEvent, { kind: Kind }>;

const AFTER_MS = 'Since the request was sent.';

const PlaygroundErrorType = builder.objectRef<PlaygroundError>('PlaygroundError').implement({
  description: 'An error of the gateway, as its clients get it.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'What is wrong.' }),
    type: t.exposeString('type', { description: 'OpenAI’s error type.' }),
    code: t.exposeString('code', { nullable: true, description: 'The error’s code; null = none.' }),
  }),
});

const PlaygroundBegan = builder.objectRef<Event<'began'>>('PlaygroundBegan').implement({
  description: 'The gateway begins to answer.',
  fields: (t) => ({
    requestId: t.exposeID('requestId', { description: 'The request’s id in the log.' }),
    httpStatus: t.exposeInt('httpStatus', { description: 'The status that a client would get.' }),
    model: t.exposeString('model', {
      nullable: true,
      description: 'The model that serves; null = none does.',
    }),
    provider: t.exposeString('provider', {
      nullable: true,
      description: 'Slug of the provider that serves; null = none does.',
    }),
    afterMs: t.exposeInt('afterMs', { description: AFTER_MS }),
  }),
});

const PlaygroundChunks = builder.objectRef<Event<'chunks'>>('PlaygroundChunks').implement({
  description: 'Some more of the answer.',
  fields: (t) => ({
    chunks: t.field({
      type: ['JSONObject'],
      description:
        'Of the type chat.completion.chunk, as they came; the last ones hold `usage`, `cost_info` and `auto_routing`.',
      resolve: ({ chunks }) => [...chunks],
    }),
    afterMs: t.exposeInt('afterMs', { description: AFTER_MS }),
  }),
});

const PlaygroundEnded = builder.objectRef<Event<'ended'>>('PlaygroundEnded').implement({
  description: 'The answer is over.',
  fields: (t) => ({
    error: t.expose('error', {
      type: PlaygroundErrorType,
      nullable: true,
      description: 'What went wrong; null = the answer is whole.',
    }),
    afterMs: t.exposeInt('afterMs', { description: AFTER_MS }),
  }),
});

const TYPES = { began: 'PlaygroundBegan', chunks: 'PlaygroundChunks', ended: 'PlaygroundEnded' } as const;

const PlaygroundEventType = builder.unionType('PlaygroundEvent', {
  description: 'What happens to a request of the playground, in this order.',
  types: [PlaygroundBegan, PlaygroundChunks, PlaygroundEnded],
  resolveType: ({ kind }) => TYPES[kind],
});

const PlaygroundChatInput = builder.inputType('PlaygroundChatInput', {
  description: 'A chat completion in a tenant’s name.',
  fields: (t) => ({
    tenantId: t.id({ required: true, description: 'Whose request it is.' }),
    body: t.field({
      type: 'JSONObject',
      required: true,
      description: 'As for POST /chat/completions: { model, messages, … }. It is always streamed.',
    }),
  }),
});

builder.subscriptionField('playgroundChat', (t) =>
  t.field({
    type: PlaygroundEventType,
    description:
      'Sends a chat completion through the gateway as one of the tenant’s own: its policy, limits, routing and prices hold, and it is logged and priced, with you as its user and without a key. Ending the subscription ends the request.',
    authScopes: { can: 'key.write' },
    args: { input: t.arg({ type: PlaygroundChatInput, required: true, description: 'The request.' }) },
    subscribe: (_root, { input }, context) =>
      context.domain.playground.chat(signedIn(context), input, followingOf(context).signal),
    resolve: (event) => event,
  }),
);
