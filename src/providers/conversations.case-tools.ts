import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';
import { answer, hello, MODEL, PIXEL, type Conversation } from './conversations.case-shape.ts';
import { completion, message, text, toolUse } from './conversations.case-wire.ts';

const WEATHER = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
} as const;
const weatherTool = {
  type: 'function',
  function: { name: 'get_weather', description: 'The weather of a city.', parameters: WEATHER },
} satisfies OpenAI.Chat.ChatCompletionTool;
const weatherToolSent = { name: 'get_weather', description: 'The weather of a city.', input_schema: { ...WEATHER, required: ['city'] } } satisfies Anthropic.Tool; // prettier-ignore

const callOf = (
  id: string,
  name: string,
  args: string,
): OpenAI.Chat.ChatCompletionMessageFunctionToolCall => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});
/** Tools that are called, and what becomes of their results. */
export const TOOLS: readonly Conversation[] = [
  {
    name: 'calls a tool',
    request: {
      model: MODEL,
      max_tokens: 256,
      messages: [{ role: 'user', content: 'Weather in Köln?' }],
      tools: [weatherTool],
      tool_choice: 'auto',
    },
    sent: {
      model: MODEL,
      max_tokens: 256,
      messages: [hello('Weather in Köln?')],
      tools: [weatherToolSent],
      tool_choice: { type: 'auto' },
    },
    anthropic: message({
      content: [
        text('I look it up.'),
        toolUse('toolu_01A09q90qw90lq917835lq9', 'get_weather', { city: 'Köln' }),
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 380, output_tokens: 65 },
    }),
    openai: completion({
      message: {
        content: 'I look it up.',
        tool_calls: [callOf('toolu_01A09q90qw90lq917835lq9', 'get_weather', '{"city":"Köln"}')],
      },
      finish: 'tool_calls',
      usage: { prompt_tokens: 380, completion_tokens: 65, total_tokens: 445 },
    }),
    result: {
      content: 'I look it up.',
      refusal: null,
      reasoning: '',
      toolCalls: [{ id: 'toolu_01A09q90qw90lq917835lq9', name: 'get_weather', arguments: '{"city":"Köln"}' }],
      finishReason: 'tool_calls',
      usage: { inputTokens: 380, outputTokens: 65 },
    },
  },
  {
    name: 'calls several tools at once, one of them without arguments',
    request: {
      model: MODEL,
      max_tokens: 256,
      messages: [{ role: 'user', content: 'Weather here and there?' }],
      tools: [weatherTool, { type: 'function', function: { name: 'where_am_i' } }],
      tool_choice: 'required',
      parallel_tool_calls: true,
    },
    sent: {
      model: MODEL,
      max_tokens: 256,
      messages: [hello('Weather here and there?')],
      tools: [weatherToolSent, { name: 'where_am_i', input_schema: { type: 'object', properties: {} } }],
      tool_choice: { type: 'any' },
    },
    anthropic: message({
      content: [toolUse('toolu_a', 'where_am_i', {}), toolUse('toolu_b', 'get_weather', { city: 'Rome' })],
      stop_reason: 'tool_use',
      usage: { input_tokens: 400, output_tokens: 80 },
    }),
    openai: completion({
      message: {
        content: null,
        tool_calls: [
          callOf('toolu_a', 'where_am_i', '{}'),
          callOf('toolu_b', 'get_weather', '{"city":"Rome"}'),
        ],
      },
      finish: 'tool_calls',
      usage: { prompt_tokens: 400, completion_tokens: 80, total_tokens: 480 },
    }),
    result: {
      content: null,
      refusal: null,
      reasoning: '',
      toolCalls: [
        { id: 'toolu_a', name: 'where_am_i', arguments: '{}' },
        { id: 'toolu_b', name: 'get_weather', arguments: '{"city":"Rome"}' },
      ],
      finishReason: 'tool_calls',
      usage: { inputTokens: 400, outputTokens: 80 },
    },
  },
  {
    name: 'gives the results of parallel calls in one turn, images and failures too',
    request: {
      model: MODEL,
      max_tokens: 256,
      messages: [],
      tools: [weatherTool],
      parallel_tool_calls: false,
    },
    extraMessages: [
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          callOf('toolu_a', 'get_weather', '{"city":"Rome"}'),
          callOf('toolu_b', 'get_weather', ''),
        ],
      },
      { role: 'tool', tool_call_id: 'toolu_a', content: 'Sunny' },
      {
        role: 'tool',
        tool_call_id: 'toolu_b',
        is_error: true,
        content: [
          { type: 'text', text: 'No city given, see:' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
        ],
      },
      { role: 'user', content: 'Well?' },
    ],
    sent: {
      model: MODEL,
      max_tokens: 256,
      messages: [
        hello('Weather?'),
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'toolu_a', name: 'get_weather', input: { city: 'Rome' } },
            { type: 'tool_use', id: 'toolu_b', name: 'get_weather', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_a', content: 'Sunny' },
            {
              type: 'tool_result',
              tool_use_id: 'toolu_b',
              content: [
                { type: 'text', text: 'No city given, see:' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
              ],
              is_error: true,
            },
            { type: 'text', text: 'Well?' },
          ],
        },
      ],
      tools: [weatherToolSent],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    },
    ...answer('Sunny in Rome.'),
  },
  {
    name: 'keeps signed thinking in a tool loop',
    request: {
      model: MODEL,
      max_tokens: 8192,
      messages: [],
      tools: [weatherTool],
      reasoning_effort: 'low',
      temperature: 0.3,
    },
    extraMessages: [
      { role: 'user', content: 'Weather in Rome?' },
      {
        role: 'assistant',
        content: '',
        reasoning_content: 'I need the tool.',
        thinking_blocks: [
          { type: 'thinking', thinking: 'I need the tool.', signature: 'EqQB' },
          { type: 'redacted_thinking', data: 'EmwK' },
        ],
        tool_calls: [callOf('toolu_a', 'get_weather', '{"city":"Rome"}')],
      },
      { role: 'tool', tool_call_id: 'toolu_a', content: 'Sunny' },
    ],
    sent: {
      model: MODEL,
      max_tokens: 8192,
      messages: [
        hello('Weather in Rome?'),
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'I need the tool.', signature: 'EqQB' },
            { type: 'redacted_thinking', data: 'EmwK' },
            { type: 'tool_use', id: 'toolu_a', name: 'get_weather', input: { city: 'Rome' } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_a', content: 'Sunny' }] },
      ],
      tools: [weatherToolSent],
      thinking: { type: 'enabled', budget_tokens: 4096 },
    },
    ...answer('Sunny.'),
  },
];
