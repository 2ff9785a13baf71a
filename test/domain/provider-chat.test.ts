import { describe, expect, it } from 'vitest';
import { createCheckStage, KEY, maintainer } from './provider-check-stage.ts';
import { pathsOf, refusal } from './world.ts';

const stage = createCheckStage();

describe('the trial chat', () => {
  const messages = [{ role: 'user', content: 'Hello' }];

  it('answers with the provider’s completion', async () => {
    const id = await stage.add(stage.upstream.origin);
    const completion = await stage.world.domain.providerChat.chat(maintainer, id, {
      model: 'gpt-4o',
      messages,
    });
    expect(completion).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'ok' } }],
    });
    expect(JSON.parse(stage.upstream.seen[0]?.body ?? '')).toEqual({
      model: 'gpt-4o',
      messages,
      stream: false,
    });
    expect(await stage.world.db.requestLog.count()).toBe(0);
  });

  it('tells the caller’s mistakes from the provider’s troubles', async () => {
    const id = await stage.add(stage.upstream.origin);
    const { providerChat } = stage.world.domain;
    const input = { model: 'gpt-4o', messages };
    stage.upstream.answers = {
      '/v1/chat/completions': { status: 400, body: { error: { message: 'no such role' } } },
    };
    expect(await refusal(providerChat.chat(maintainer, id, input))).toMatchObject({
      code: 'invalid_request',
      message: 'no such role',
    });
    stage.upstream.answers = {
      '/v1/chat/completions': { status: 401, body: { error: { message: `no ${KEY}` } } },
    };
    const refused = await refusal(providerChat.chat(maintainer, id, input));
    expect(refused.code).toBe('provider_error');
    expect(refused.message).not.toContain(KEY);
    stage.upstream.answers = { '/v1/chat/completions': { body: '<html>' } };
    expect((await refusal(providerChat.chat(maintainer, id, input))).code).toBe('provider_error');
  });

  it('checks its input before it sends anything', async () => {
    const id = await stage.add(stage.upstream.origin);
    const { providerChat } = stage.world.domain;
    const huge = [{ role: 'user', content: 'x'.repeat(1024 * 1024) }];
    const cases = [
      [{ model: '', messages }, ['model']],
      [{ model: 'm', messages: [] }, ['messages']],
      [{ model: 'm', messages: [{ role: 'king', content: '' }] }, ['messages.0.role']],
      [{ model: 'm', messages: huge }, ['messages']],
    ] as const;
    for (const [input, paths] of cases) {
      const wrong = await refusal(providerChat.chat(maintainer, id, input));
      expect([wrong.code, pathsOf(wrong)]).toEqual(['bad_input', paths]);
    }
    expect(stage.upstream.seen).toEqual([]);
  });
});
