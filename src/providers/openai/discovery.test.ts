import { describe, expect, it } from 'vitest';
import { UpstreamFailure, type Endpoint, type UpstreamRequest, type UpstreamResponse } from '../adapter.ts';
import { endpointOf } from '../conversations.case-call.ts';
import { createOpenAiAdapter } from './adapter.ts';
import { CUSTOM, LM_STUDIO, type Family } from './families.ts';

/** A server that knows these paths; everything else is 404. */
function serverOf(paths: Readonly<Record<string, unknown>>, other = { status: 404, body: '<html>' }) {
  const asked: string[] = [];
  const send = (request: UpstreamRequest): Promise<UpstreamResponse> => {
    asked.push(request.path);
    const known = paths[request.path];
    const status = typeof known === 'number' ? known : known === undefined ? other.status : 200;
    const body = Buffer.from(typeof known === 'object' ? JSON.stringify(known) : other.body);
    return Promise.resolve({ status, headers: {}, body });
  };
  return { asked, send };
}

const discover = (
  paths: Readonly<Record<string, unknown>>,
  more: Partial<Endpoint> = {},
  family: Family = CUSTOM,
) => {
  const server = serverOf(paths);
  const found = createOpenAiAdapter(family, { now: () => 0 }).discover(
    endpointOf('http://x.example', more),
    server.send,
  );
  return { found, asked: server.asked };
};
const list = (...data: object[]) => ({ object: 'list', data });

describe('the API path', () => {
  it.each([
    ['/v1', {}, '/v1/models', ['/v1/models']],
    ['/api/v1', {}, '/api/v1/models', ['/v1/models', '/api/v1/models']],
    ['', {}, '/models', ['/v1/models', '/api/v1/models', '/models']],
    ['', { basePath: '/v1' }, '/v1/models', ['/v1/models']],
    ['', { basePath: '/api/v1' }, '/api/v1/models', ['/api/v1/models']],
    ['/v1', { basePath: '/v2' }, '/v2/v1/models', ['/v2/models', '/v2/v1/models']],
    ['/deep', { options: { path: '/deep' } }, '/deep/models', ['/deep/models']],
  ])('%j is found', async (apiPath, more, path, asked) => {
    const discovery = discover({ [path]: list({ id: 'm' }) }, more);
    expect(await discovery.found).toEqual({ apiPath, models: [{ id: 'm', kind: 'chat' }] });
    expect(discovery.asked).toEqual(asked);
  });

  it('is not where a web page or another JSON answers with 200', async () => {
    const { found } = discover({ '/v1/models': { status: 'ok' }, '/api/v1/models': [{ id: 'bare' }] });
    expect(await found).toMatchObject({ apiPath: '/api/v1', models: [{ id: 'bare' }] });
  });

  it('is not found when nothing lists models: the most telling failure is thrown', async () => {
    await expect(discover({}).found).rejects.toMatchObject({ kind: 'rejected', status: 404 });
    await expect(discover({ '/api/v1/models': 401 }).found).rejects.toMatchObject({
      kind: 'credentials',
      status: 401,
    });
    await expect(
      discover({ '/v1/models': {}, '/api/v1/models': {}, '/models': {} }).found,
    ).rejects.toMatchObject({
      kind: 'malformed',
    });
  });

  it('is not looked for on a server that does not answer', async () => {
    let asked = 0;
    const refused = createOpenAiAdapter(CUSTOM, { now: () => 0 }).discover(
      endpointOf('http://x.example'),
      () => {
        asked++;
        return Promise.reject(new UpstreamFailure('connection', 'refused'));
      },
    );
    await expect(refused).rejects.toMatchObject({ kind: 'connection' });
    expect(asked).toBe(1);
  });
});

describe('models', () => {
  const read = async (entry: object) => (await discover({ '/v1/models': list(entry) }).found).models[0];

  it('of OpenRouter tell name, window, limits, abilities and prices', async () => {
    expect(
      await read({
        id: 'anthropic/claude-sonnet-4.5',
        name: 'Anthropic: Claude Sonnet 4.5',
        created: 1_759_161_676,
        context_length: 1_000_000,
        architecture: { input_modalities: ['text', 'image', 'file'], output_modalities: ['text'] },
        pricing: {
          prompt: '0.000003',
          completion: '0.000015',
          input_cache_read: '0.0000003',
          input_cache_write: '0.00000375',
          internal_reasoning: '0',
          image: '0.0048',
        },
        top_provider: { context_length: 200_000, max_completion_tokens: 64_000, is_moderated: false },
        supported_parameters: ['tools', 'reasoning', 'structured_outputs', 'max_tokens', '__proto__'],
      }),
    ).toEqual({
      id: 'anthropic/claude-sonnet-4.5',
      name: 'Anthropic: Claude Sonnet 4.5',
      kind: 'chat',
      ownedBy: 'anthropic',
      created: 1_759_161_676,
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
      capabilities: ['files', 'reasoning', 'structured_output', 'tools', 'vision'],
      inputPer1M: 3,
      cachedInputPer1M: 0.3,
      cacheWritePer1M: 3.75,
      outputPer1M: 15,
    });
  });

  it('that are free cost nothing; those whose price depends have none', async () => {
    expect(await read({ id: 'a', pricing: { prompt: '0', completion: '0' } })).toMatchObject({
      inputPer1M: 0,
      outputPer1M: 0,
    });
    expect(await read({ id: 'a', pricing: { prompt: '-1', completion: '-1' } })).not.toHaveProperty(
      'inputPer1M',
    );
    expect(await read({ id: 'a', pricing: { prompt: '', completion: null } })).not.toHaveProperty(
      'inputPer1M',
    );
  });

  it('of vLLM, Groq, Mistral, llama.cpp and Together tell their windows and abilities', async () => {
    expect(
      await read({
        id: 'Qwen/Qwen3-8B',
        owned_by: 'vllm',
        max_model_len: 40_960,
        created: 1_700_000_000_000,
      }),
    ).toEqual({
      id: 'Qwen/Qwen3-8B',
      kind: 'chat',
      ownedBy: 'vllm',
      contextWindow: 40_960,
      created: 1_700_000_000,
    });
    expect(await read({ id: 'llama', context_window: 131_072, max_completion_tokens: 32_768 })).toMatchObject(
      {
        contextWindow: 131_072,
        maxOutputTokens: 32_768,
      },
    );
    expect(
      await read({
        id: 'mistral',
        max_context_length: 32_768,
        capabilities: { function_calling: true, vision: false },
      }),
    ).toMatchObject({ contextWindow: 32_768, capabilities: ['tools'] });
    expect(await read({ id: 'gguf', meta: { n_ctx_train: 8192 } })).toMatchObject({ contextWindow: 8192 });
    expect(
      await read({ id: 'tg', type: 'chat', organization: 'Meta', pricing: { input: 0.18, output: 0.59 } }),
    ).toMatchObject({
      ownedBy: 'Meta',
      inputPer1M: 0.18,
      outputPer1M: 0.59,
    });
  });

  it.each([
    ['text-embedding-3-small', 'embedding'],
    ['nomic-ai/nomic-embed-text-v1.5', 'embedding'],
    ['BAAI/bge-m3', 'embedding'],
    ['intfloat/e5-mistral-7b-instruct', 'embedding'],
    ['sentence-transformers/all-MiniLM-L6-v2', 'embedding'],
    ['whisper-1', 'other'],
    ['gpt-4o-transcribe', 'other'],
    ['gpt-4o-mini-tts', 'other'],
    ['tts-1-hd', 'other'],
    ['dall-e-3', 'other'],
    ['gpt-image-1', 'other'],
    ['omni-moderation-latest', 'other'],
    ['gpt-realtime', 'other'],
    ['davinci-002', 'other'],
    ['gpt-4o', 'chat'],
    ['gpt-4o-audio-preview', 'chat'],
    ['o3', 'chat'],
    ['qwen2.5-coder:7b', 'chat'],
  ])('%s takes %s', async (id, kind) => {
    expect(await read({ id })).toMatchObject({ id, kind });
  });

  it('of LM Studio are told apart by its own list, where it has one', async () => {
    const paths = {
      '/v1/models': list({ id: 'qwen3', owned_by: 'organization_owner' }, { id: 'gemma' }, { id: 'nomic' }),
      '/api/v0/models': list(
        {
          id: 'qwen3',
          type: 'llm',
          publisher: 'qwen',
          max_context_length: 32_768,
          loaded_context_length: 4096,
          capabilities: ['tool_use'],
        },
        { id: 'gemma', type: 'vlm', max_context_length: 8192 },
        { id: 'nomic', type: 'embeddings' },
      ),
    };
    const { models } = await discover(paths, {}, LM_STUDIO).found;
    expect(models).toMatchObject([
      { id: 'qwen3', kind: 'chat', contextWindow: 4096, capabilities: ['tools'] },
      { id: 'gemma', kind: 'chat', contextWindow: 8192, capabilities: ['vision'] },
      { id: 'nomic', kind: 'embedding' },
    ]);
    const plain = await discover({ '/v1/models': paths['/v1/models'] }, {}, LM_STUDIO).found;
    expect(plain.models).toHaveLength(3);
  });

  it('without an id are left out, twice listed come once', async () => {
    const { models } = await discover({ '/v1/models': list({}, { id: 'a' }, { id: 'a' }, { id: '' }) }).found;
    expect(models.map((model) => model.id)).toEqual(['a']);
  });
});
