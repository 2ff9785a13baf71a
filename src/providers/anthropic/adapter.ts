import type { Adapter, Endpoint, UpstreamRequest } from '../adapter.ts';
import { discoverModels, probeRequest } from './discover.ts';
import { readError } from './error.ts';
import { readReply } from './reply.ts';
import { chatRequest } from './request.ts';
import { MessageStreamReader } from './stream.ts';

/**
 * Anthropic's Messages API, natively. Beyond OpenAI's shape, answers carry `reasoning_content` and `thinking_blocks`
 * (with signatures), `citations` and `server_tool_blocks`; sent back on an assistant message, thinking and server
 * blocks go upstream as they were, so that tool loops keep their thinking.
 */
export const anthropic: Adapter = {
  type: 'anthropic',
  label: 'Anthropic',
  defaultBaseUrl: 'https://api.anthropic.com',
  form: [
    {
      path: 'baseUrl',
      label: 'Base URL',
      kind: 'url',
      required: true,
      placeholder: 'https://api.anthropic.com',
    },
    {
      path: 'auth.type',
      label: 'Sign in with',
      kind: 'select',
      required: true,
      options: ['api_key', 'bearer'],
      help: 'API keys go out as x-api-key, access tokens as Authorization: Bearer.',
    },
    { path: 'auth.apiKey', label: 'API key', kind: 'secret', required: true, placeholder: 'sk-ant-…' },
  ],
  features: { chat: true, embeddings: false, discovery: true, passthrough: false },
  chat: chatRequest,
  readChat: readReply,
  readStream: (call) => new MessageStreamReader(call),
  readError,
  probe: (endpoint: Endpoint): UpstreamRequest => probeRequest(endpoint),
  discover: discoverModels,
};
