import { expect, it } from 'vitest';
import { snippetOf } from './snippets.ts';

const SENT = {
  operation: 'CHAT',
  requestedModel: 'auto',
  streamed: true,
  userName: '',
  sessionId: '',
} as const;
const ORIGIN = 'https://prism.example.com';

it('writes a curl line that a shell takes as it is, with the key as a variable', () => {
  const sent = { ...SENT, userName: "o'neil" };
  expect(
    snippetOf('curl', ORIGIN, sent, '{"model":"auto","messages":[{"role":"user","content":"it\'s $5"}]}'),
  ).toBe(
    [
      'curl https://prism.example.com/v1/chat/completions \\',
      '  -H "Authorization: Bearer $PRISM_KEY" \\',
      '  -H "Content-Type: application/json" \\',
      "  -H 'X-User: o'\\''neil' \\",
      `  -d '{"model":"auto","messages":[{"role":"user","content":"it'\\''s $5"}]}'`,
    ].join('\n'),
  );
});

it('has a placeholder where the prompt is not stored', () => {
  expect(snippetOf('curl', ORIGIN, SENT, null)).toContain(
    '{"model":"auto","messages":[{"role":"user","content":"The prompt"}],"stream":true}',
  );
  const embedding = snippetOf('curl', ORIGIN, { ...SENT, operation: 'EMBEDDINGS' }, 'cut off {');
  expect(embedding).toContain('/v1/embeddings');
  expect(embedding).toContain('"input":"The text"');
});

it('writes code for both SDKs', () => {
  const python = snippetOf('python', ORIGIN, SENT, null);
  expect(python).toContain('stream=True,');
  expect(python).toContain('"role": "user",');
  expect(snippetOf('javascript', ORIGIN, { ...SENT, operation: 'EMBEDDINGS' }, null)).toContain(
    'client.embeddings.create({',
  );
});
