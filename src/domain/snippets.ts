import type { TenantModel } from './tenant-models.ts';
import { badInput } from './validate.ts';

/** What a program needs to speak to the gateway, ready to be copied. */
export interface ClientSnippet {
  /** curl, openai-python, openai-node, continue, opencode, cursor, open-webui, langchain-python or langchain-js. */
  readonly client: string;
  /** For people: "OpenAI SDK (Python)". */
  readonly title: string;
  /** What the text is: shell, python, javascript, yaml, json, dotenv or text. */
  readonly language: string;
  /** Where it goes; null = nowhere in particular. */
  readonly fileName: string | null;
  readonly text: string;
}

/** Stands in every snippet where the key belongs: it is shown once, when it is made. */
export const KEY_PLACEHOLDER = 'omp-YOUR-API-KEY';

/** Names that mean "choose for me". */
const AUTO = 'auto';

interface Facts {
  /** With the tenant's path: `https://prism.example.com/api/team/v1`. */
  readonly baseUrl: string;
  readonly model: string;
}

/**
 * Every client's snippet. `asked`: the model to name; missing = the best-rated chat model that the tenant may use.
 * Throws bad_input for a model that it may not use, so that no snippet names what would be refused.
 */
export function clientSnippets(
  baseUrl: string,
  models: readonly TenantModel[],
  asked: string | null,
): ClientSnippet[] {
  const facts = { baseUrl, model: chosenModel(models, asked) };
  return SNIPPETS.map(({ text, ...about }) => ({ ...about, text: text(facts) }));
}

function chosenModel(models: readonly TenantModel[], asked: string | null): string {
  const chats = models.filter(({ kind }) => kind === 'chat').sort(bestFirst);
  if (asked === null) return chats[0]?.id ?? AUTO;
  const names = chats.flatMap(({ id, prefixedId, aliases }) => [id, prefixedId, ...aliases]);
  if (asked === AUTO || names.includes(asked)) return asked;
  throw badInput([
    { path: 'model', message: `must be a chat model that the tenant may use, or "${AUTO}"; ${list(chats)}` },
  ]);
}

/** Rated ones first; among equals the shortest id, which is the model itself rather than a dated or special one of it. */
function bestFirst(a: TenantModel, b: TenantModel): number {
  const rated = Number(b.tier !== null) - Number(a.tier !== null);
  return rated || b.priority - a.priority || a.id.length - b.id.length || (a.id < b.id ? -1 : 1);
}

function list(chats: readonly TenantModel[]): string {
  if (chats.length === 0) return 'it may use none';
  const some = chats.slice(0, 10).map(({ id }) => id);
  return `it may use ${some.join(', ')}${chats.length > some.length ? ', …' : ''}`;
}

/** A text as JSON, JavaScript, YAML and Python all read it. */
const quoted = (text: string): string =>
  // Line separators of Unicode end a line in some of them.
  JSON.stringify(text).replaceAll(
    /[\u2028\u2029\u0085]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A text as one word of a shell. */
const word = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

type Row = Omit<ClientSnippet, 'text'> & { readonly text: (facts: Facts) => string };

const SNIPPETS: readonly Row[] = [
  {
    client: 'curl',
    title: 'curl',
    language: 'shell',
    fileName: null,
    text: ({ baseUrl, model }) => {
      const body = { model, messages: [{ role: 'user', content: 'Hello!' }] };
      return [
        `curl -sS ${word(`${baseUrl}/chat/completions`)} \\`,
        `  -H 'authorization: Bearer ${KEY_PLACEHOLDER}' \\`,
        `  -H 'content-type: application/json' \\`,
        `  -d ${word(JSON.stringify(body))}\n`,
      ].join('\n');
    },
  },
  {
    client: 'openai-python',
    title: 'OpenAI SDK (Python)',
    language: 'python',
    fileName: 'hello.py',
    text: ({ baseUrl, model }) => `from openai import OpenAI

client = OpenAI(
    base_url=${quoted(baseUrl)},
    api_key="${KEY_PLACEHOLDER}",
)
answer = client.chat.completions.create(
    model=${quoted(model)},
    messages=[{"role": "user", "content": "Hello!"}],
)
print(answer.choices[0].message.content)
`,
  },
  {
    client: 'openai-node',
    title: 'OpenAI SDK (Node.js)',
    language: 'javascript',
    fileName: 'hello.mjs',
    text: ({ baseUrl, model }) => `import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: ${quoted(baseUrl)},
  apiKey: '${KEY_PLACEHOLDER}',
});
const answer = await client.chat.completions.create({
  model: ${quoted(model)},
  messages: [{ role: 'user', content: 'Hello!' }],
});
console.log(answer.choices[0].message.content);
`,
  },
  {
    client: 'continue',
    title: 'Continue',
    language: 'yaml',
    fileName: '~/.continue/config.yaml',
    text: ({ baseUrl, model }) => `name: Open Model Prism
version: 1.0.0
schema: v1
models:
  - name: ${quoted(`${model} (Open Model Prism)`)}
    provider: openai
    model: ${quoted(model)}
    apiBase: ${quoted(baseUrl)}
    apiKey: ${KEY_PLACEHOLDER}
    roles:
      - chat
      - edit
      - apply
`,
  },
  {
    client: 'opencode',
    title: 'OpenCode',
    language: 'json',
    fileName: 'opencode.json',
    text: ({ baseUrl, model }) =>
      json({
        $schema: 'https://opencode.ai/config.json',
        provider: {
          prism: {
            npm: '@ai-sdk/openai-compatible',
            name: 'Open Model Prism',
            options: { baseURL: baseUrl, apiKey: KEY_PLACEHOLDER },
            models: { [model]: { name: model } },
          },
        },
        model: `prism/${model}`,
      }),
  },
  {
    client: 'cursor',
    title: 'Cursor',
    language: 'text',
    fileName: null,
    text: ({ baseUrl, model }) => `Cursor Settings > Models > API Keys:
OpenAI API Key: ${KEY_PLACEHOLDER}
Override OpenAI Base URL: ${baseUrl}
Add model: ${model}

Cursor calls this address from its own servers: it must be reachable from the internet.
`,
  },
  {
    client: 'open-webui',
    title: 'Open WebUI',
    language: 'dotenv',
    fileName: '.env',
    text: ({ baseUrl, model }) => `ENABLE_OPENAI_API=true
OPENAI_API_BASE_URL=${baseUrl}
OPENAI_API_KEY=${KEY_PLACEHOLDER}
DEFAULT_MODELS=${model}
`,
  },
  {
    client: 'langchain-python',
    title: 'LangChain (Python)',
    language: 'python',
    fileName: 'hello.py',
    text: ({ baseUrl, model }) => `from langchain_openai import ChatOpenAI

chat = ChatOpenAI(
    model=${quoted(model)},
    base_url=${quoted(baseUrl)},
    api_key="${KEY_PLACEHOLDER}",
)
print(chat.invoke("Hello!").content)
`,
  },
  {
    client: 'langchain-js',
    title: 'LangChain (JavaScript)',
    language: 'javascript',
    fileName: 'hello.mjs',
    text: ({ baseUrl, model }) => `import { ChatOpenAI } from '@langchain/openai';

const chat = new ChatOpenAI({
  model: ${quoted(model)},
  apiKey: '${KEY_PLACEHOLDER}',
  configuration: { baseURL: ${quoted(baseUrl)} },
});
const answer = await chat.invoke('Hello!');
console.log(answer.content);
`,
  },
];
