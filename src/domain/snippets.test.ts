import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { AppError } from '../errors.ts';
import { clientSnippets, KEY_PLACEHOLDER } from './snippets.ts';
import type { TenantModel } from './tenant-models.ts';

const BASE = 'https://prism.example.com/api/team/v1';

function model(id: string, more: Partial<TenantModel> = {}): TenantModel {
  return {
    id,
    prefixedId: `openai/${id}`,
    aliases: [],
    name: id,
    kind: 'chat',
    tier: null,
    priority: 50,
    capabilities: [],
    contextWindow: null,
    maxOutputTokens: null,
    inputPer1M: null,
    outputPer1M: null,
    ...more,
  };
}

const MODELS = [
  model('an-embedding', { kind: 'embedding' }),
  model('chatgpt-4o-latest'),
  model('gpt-4o', { aliases: ['fast'], tier: 'medium' }),
  model('o3'),
];
const textOf = (client: string, name: string) =>
  clientSnippets(BASE, [model(name)], name).find((one) => one.client === client)?.text ?? '';

/** What the name of a model may hold: anything but spaces and control characters. */
const names = fc
  .string({
    minLength: 1,
    maxLength: 40,
    unit: fc.oneof(
      fc.constantFrom(
        "'",
        '"',
        '\\',
        '`',
        '$',
        '!',
        '#',
        ':',
        '{',
        '}',
        '&',
        ';',
        '|',
        '<',
        '>',
        '%',
        '\u2028',
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
  })
  .filter((name) => /^[^\p{Cc}\s]{1,256}$/u.test(name));

describe('the snippets of a tenant', () => {
  it('name a chat model that it may use, or "auto" when there is none', () => {
    expect(clientSnippets(BASE, MODELS, null).every(({ text }) => text.includes('gpt-4o'))).toBe(true);
    expect(clientSnippets(BASE, [], null).every(({ text }) => text.includes('auto'))).toBe(true);
  });

  it.each(['o3', 'fast', 'openai/o3', 'auto'])('name the model that was asked for: %s', (name) => {
    expect(clientSnippets(BASE, MODELS, name).every(({ text }) => text.includes(name))).toBe(true);
  });

  it.each(['an-embedding', 'gpt-5', ''])('refuse a model that would be refused: "%s"', (name) => {
    expect(() => clientSnippets(BASE, MODELS, name)).toThrow(AppError);
    expect(() => clientSnippets(BASE, MODELS, name)).toThrow(/gpt-4o, o3, chatgpt-4o-latest/);
  });

  it('hold the address and the placeholder of the key, each', () => {
    const snippets = clientSnippets(BASE, MODELS, null);
    expect(snippets.map(({ client }) => client)).toEqual([
      'curl',
      'openai-python',
      'openai-node',
      'continue',
      'opencode',
      'cursor',
      'open-webui',
      'langchain-python',
      'langchain-js',
    ]);
    for (const { text } of snippets) {
      expect(text).toContain(BASE);
      expect(text).toContain(KEY_PLACEHOLDER);
    }
  });
});

describe('for any name of a model', () => {
  // https://docs.continue.dev/reference: name, version and schema are required; a model needs name, provider, model.
  it('Continue’s file is YAML with its own members', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(parseYaml(textOf('continue', name))).toEqual({
          name: 'Open Model Prism',
          version: '1.0.0',
          schema: 'v1',
          models: [
            {
              name: `${name} (Open Model Prism)`,
              provider: 'openai',
              model: name,
              apiBase: BASE,
              apiKey: KEY_PLACEHOLDER,
              roles: ['chat', 'edit', 'apply'],
            },
          ],
        });
      }),
    );
  });

  // https://opencode.ai/docs/providers: a custom provider is an npm package, options and its models.
  it('OpenCode’s file is JSON with its own members', () => {
    fc.assert(
      fc.property(
        names.filter((name) => name !== '__proto__'),
        (name) => {
          expect(JSON.parse(textOf('opencode', name))).toEqual({
            $schema: 'https://opencode.ai/config.json',
            provider: {
              prism: {
                npm: '@ai-sdk/openai-compatible',
                name: 'Open Model Prism',
                options: { baseURL: BASE, apiKey: KEY_PLACEHOLDER },
                models: { [name]: { name } },
              },
            },
            model: `prism/${name}`,
          });
        },
      ),
    );
  });

  it('curl’s line is words that a shell leaves as they are', () => {
    fc.assert(
      fc.property(names, (name) => {
        const shown = execFileSync('/bin/sh', [
          '-c',
          textOf('curl', name).replace(/^curl/, 'printf "%s\\0"'),
        ]);
        const words = shown.toString().split('\0');
        expect(words[0]).toBe('-sS');
        expect(words[1]).toBe(`${BASE}/chat/completions`);
        expect(JSON.parse(words.at(-2) ?? '')).toMatchObject({ model: name });
      }),
      { numRuns: 25 },
    );
  });

  const python = hasPython();
  it.skipIf(!python)('Python’s files compile, and their texts are what they were', () => {
    const cases = fc.sample(names, 40);
    const program = `import ast, json, sys
for name, texts in json.load(sys.stdin):
    for text in texts:
        values = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
        assert name in values and ${JSON.stringify(BASE)} in values, name
`;
    const input = cases.map((name) => [
      name,
      [textOf('openai-python', name), textOf('langchain-python', name)],
    ]);
    const told = execFileSync('python3', ['-c', `${program}print('ok')`], { input: JSON.stringify(input) });
    expect(told.toString().trim()).toBe('ok');
  });
});

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
