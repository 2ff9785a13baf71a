import { answer, MODEL, PIXEL, type Conversation } from './conversations.case-shape.ts';
import { completion, message, text } from './conversations.case-wire.ts';

const PDF = 'JVBERi0xLjQKJSVFT0YK';

/** Parts of a message other than plain text: images, files, marks for the cache. */
export const PARTS: readonly Conversation[] = [
  {
    name: 'sends images by URL and by data, and PDF files',
    request: {
      model: MODEL,
      max_tokens: 256,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Compare.' },
            { type: 'image_url', image_url: { url: 'https://example.org/cat.jpg', detail: 'high' } },
            { type: 'image_url', image_url: { url: `data:image/jpg;base64,${PIXEL}` } },
            { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` } },
          ],
        },
      ],
    },
    sent: {
      model: MODEL,
      max_tokens: 256,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Compare.' },
            { type: 'image', source: { type: 'url', url: 'https://example.org/cat.jpg' } },
            // The API refuses data that are not what they are said to be; OpenAI looks at the data alone.
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: PDF },
              title: 'a.pdf',
            },
          ],
        },
      ],
    },
    ...answer('A cat, a pixel, nothing. 🐈'),
  },
  {
    name: 'counts what the cache read and wrote once each',
    request: { model: MODEL, max_tokens: 64, messages: [], user: 'user-7' },
    extraMessages: [
      {
        role: 'system',
        content: [{ type: 'text', text: 'A long book.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      },
      { role: 'user', content: [{ type: 'text', text: 'Summary?', cache_control: { type: 'ephemeral' } }] },
    ],
    sent: {
      model: MODEL,
      max_tokens: 64,
      system: [{ type: 'text', text: 'A long book.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Summary?', cache_control: { type: 'ephemeral' } }] },
      ],
      metadata: { user_id: 'user-7' },
    },
    ...answer('Everyone dies.', 2158, 7),
    anthropic: message({
      content: [text('Everyone dies.')],
      usage: {
        input_tokens: 10,
        output_tokens: 7,
        cache_read_input_tokens: 1800,
        cache_creation_input_tokens: 348,
        cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 200 },
      },
    }),
    openai: completion({
      message: { content: 'Everyone dies.' },
      finish: 'stop',
      usage: {
        prompt_tokens: 2158,
        completion_tokens: 7,
        total_tokens: 2165,
        prompt_tokens_details: { cached_tokens: 1800, cache_write_tokens: 348 },
      },
    }),
    result: {
      content: 'Everyone dies.',
      refusal: null,
      reasoning: '',
      toolCalls: [],
      finishReason: 'stop',
      usage: { inputTokens: 2158, outputTokens: 7, cachedTokens: 1800, cacheWriteTokens: 348 },
    },
  },
];
