import { answer, hello, MODEL, NEW_MODEL, type Conversation } from './conversations.case-shape.ts';
import { completion, message, text } from './conversations.case-wire.ts';

/** How an answer comes and why it ends: thinking, refused, cut off, in a schema. */
export const ANSWERS: readonly Conversation[] = [
  {
    name: 'thinks with an effort, and shows its reasoning',
    request: {
      model: NEW_MODEL,
      max_completion_tokens: 4096,
      messages: [{ role: 'user', content: '27 * 453?' }],
      reasoning_effort: 'medium',
      temperature: 1,
    },
    sent: {
      model: NEW_MODEL,
      max_tokens: 4096,
      messages: [hello('27 * 453?')],
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'medium' },
    },
    anthropic: message({
      content: [
        {
          type: 'thinking',
          thinking: '27 * 453 = 12,231. Ümläute too.',
          signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h',
        },
        { type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix/LafPsn4a' },
        text('12,231'),
      ],
      usage: { input_tokens: 20, output_tokens: 90, output_tokens_details: { thinking_tokens: 70 } },
    }),
    openai: completion({
      message: { content: '12,231', reasoning_content: '27 * 453 = 12,231. Ümläute too.' },
      finish: 'stop',
      usage: {
        prompt_tokens: 20,
        completion_tokens: 90,
        total_tokens: 110,
        completion_tokens_details: { reasoning_tokens: 70 },
      },
    }),
    result: {
      content: '12,231',
      refusal: null,
      reasoning: '27 * 453 = 12,231. Ümläute too.',
      toolCalls: [],
      finishReason: 'stop',
      usage: { inputTokens: 20, outputTokens: 90, reasoningTokens: 70 },
    },
  },
  {
    name: 'refuses',
    request: {
      model: NEW_MODEL,
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Something harmful' }],
    },
    sent: { model: NEW_MODEL, max_tokens: 100, messages: [hello('Something harmful')] },
    anthropic: message({
      content: [],
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', category: 'cyber', explanation: 'This may enable harm.' },
      usage: { input_tokens: 30, output_tokens: 4 },
    }),
    openai: completion({
      message: { content: null, refusal: 'This may enable harm.' },
      finish: 'content_filter',
      usage: { prompt_tokens: 30, completion_tokens: 4, total_tokens: 34 },
    }),
    result: {
      content: null,
      refusal: 'This may enable harm.',
      reasoning: '',
      toolCalls: [],
      finishReason: 'content_filter',
      usage: { inputTokens: 30, outputTokens: 4 },
    },
  },
  {
    name: 'stops at max_tokens',
    request: { model: MODEL, max_tokens: 3, messages: [{ role: 'user', content: 'Count to a hundred' }] },
    sent: { model: MODEL, max_tokens: 3, messages: [hello('Count to a hundred')] },
    anthropic: message({
      content: [text('1, 2')],
      stop_reason: 'max_tokens',
      usage: { input_tokens: 9, output_tokens: 3 },
    }),
    openai: completion({
      message: { content: '1, 2' },
      finish: 'length',
      usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
    }),
    result: {
      content: '1, 2',
      refusal: null,
      reasoning: '',
      toolCalls: [],
      finishReason: 'length',
      usage: { inputTokens: 9, outputTokens: 3 },
    },
  },
  {
    name: 'stops at a stop sequence',
    request: {
      model: MODEL,
      max_tokens: 64,
      messages: [{ role: 'user', content: 'a b c' }],
      stop: ['END', 'STOP'],
    },
    sent: { model: MODEL, max_tokens: 64, messages: [hello('a b c')], stop_sequences: ['END', 'STOP'] },
    ...answer('a b'),
    anthropic: message({
      content: [text('a b')],
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
      usage: { input_tokens: 12, output_tokens: 6 },
    }),
  },
  {
    name: 'answers in a schema',
    request: {
      model: MODEL,
      max_tokens: 128,
      messages: [{ role: 'user', content: 'Capital of France?' }],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'capital',
          strict: true,
          schema: {
            type: 'object',
            properties: { city: { type: 'string', minLength: 1 } },
            required: ['city'],
            additionalProperties: false,
          },
        },
      },
    },
    sent: {
      model: MODEL,
      max_tokens: 128,
      messages: [hello('Capital of France?')],
      output_config: {
        format: {
          type: 'json_schema',
          schema: {
            type: 'object',
            properties: { city: { type: 'string', description: '{minLength: 1}' } },
            required: ['city'],
            additionalProperties: false,
          },
        },
      },
    },
    ...answer('{"city":"Paris"}'),
  },
];
