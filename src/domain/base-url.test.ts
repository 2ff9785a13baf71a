import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBaseUrl } from './base-url.ts';

describe('parseBaseUrl', () => {
  it.each([
    ['https://api.openai.com/v1', 'https://api.openai.com', '/v1'],
    ['https://api.openai.com/v1/', 'https://api.openai.com', '/v1'],
    ['https://openrouter.ai/api/v1/chat/completions', 'https://openrouter.ai', '/api/v1'],
    ['https://api.groq.com/openai/v1', 'https://api.groq.com/openai', '/v1'],
    ['http://localhost:1234', 'http://localhost:1234', null],
    ['  HTTP://LocalHost:11434//  ', 'http://localhost:11434', null],
    ['https://api.anthropic.com/v1/messages', 'https://api.anthropic.com', '/v1'],
    ['https://llm.example.com/proxy/', 'https://llm.example.com/proxy', null],
    ['https://llm.example.com/proxy/chat/completions', 'https://llm.example.com/proxy', ''],
    ['https://llm.example.com/v10', 'https://llm.example.com/v10', null],
    ['https://api.example.com:443/v1', 'https://api.example.com', '/v1'],
  ])('reads %s as %s with the path %s', (text, baseUrl, apiPath) => {
    expect(parseBaseUrl(text)).toMatchObject({ baseUrl, apiPath });
  });

  it.each([
    ['api.openai.com', /http:\/\/ or https:\/\//],
    ['ftp://example.com', /http:\/\/ or https:\/\//],
    ['file:///etc/passwd', /http:\/\/ or https:\/\//],
    ['https://', /must be a URL/],
    ['https://user:secret@example.com', /under auth/],
    ['https://example.com/?key=1', /query/],
    ['https://example.com/#x', /fragment/],
    ['http://169.254.169.254/latest', /metadata/],
    ['http://2852039166/', /metadata/],
    ['http://[::ffff:169.254.169.254]/', /metadata/],
    ['http://[fe80::1]/', /metadata/],
  ])('refuses %s', (text, problem) => {
    expect(parseBaseUrl(text)).toMatch(problem);
  });

  it('is stable: its own result reads as itself', () => {
    fc.assert(
      fc.property(fc.webUrl(), (text) => {
        const first = parseBaseUrl(text);
        fc.pre(typeof first !== 'string');
        const again = parseBaseUrl(first.baseUrl + (first.apiPath ?? ''));
        expect(again).toMatchObject({ origin: first.origin });
      }),
    );
  });
});
