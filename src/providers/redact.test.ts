import { describe, expect, it } from 'vitest';
import { endpointOf } from './conversations.case-call.ts';
import { redact, redactOwn } from './redact.ts';

describe('redact', () => {
  it.each([
    ['Key sk-proj-0123456789abcdef is bad', 'Key [key] is bad'],
    ['Sent "Bearer eyJhbGciOiJI.e30.abc"', 'Sent "Bearer [key]"'],
    ['connect 10.1.2.3:443', 'connect [address]'],
    ['POST http://vllm:8000/v1/x failed', 'POST [address] failed'],
    ['See https://platform.openai.com/docs/errors', 'See https://platform.openai.com/docs/errors'],
    ['temperature 0.5 is above 1.0', 'temperature 0.5 is above 1.0'],
  ])('%s', (message, shown) => expect(redact(message)).toBe(shown));
});

describe('redactOwn', () => {
  const endpoint = (origin: string, apiKey: string, headers: Record<string, string> = {}) =>
    endpointOf(origin, { credentials: { apiKey }, options: { headers } });

  it.each([
    ['the key, whatever it looks like', 'Token correct.horse is bad', 'Token [key] is bad'],
    ['a secret of a header', 'x-team: 4f6a7b8c9d0e is bad', 'x-team: [key] is bad'],
    ['the host with its port', 'llm-7:8000 is down', '[address] is down'],
    ['but no word that the host is called', 'llm-7 has no such tool', 'llm-7 has no such tool'],
  ])('hides %s', (_name, message, shown) => {
    const own = endpoint('http://llm-7:8000', 'correct.horse', { 'x-team': '4f6a7b8c9d0e' });
    expect(redactOwn(message, own)).toBe(shown);
  });

  it('hides the host’s full name and leaves stand-ins for keys alone', () => {
    const own = endpoint('https://llm.corp.internal', 'ollama');
    expect(redactOwn('llm.corp.internal: ollama failed', own)).toBe('[address]: ollama failed');
  });
});
