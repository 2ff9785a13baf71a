import type { RequestDetailFragment } from '#lib/generated/graphql.ts';

type Sent = Pick<
  RequestDetailFragment,
  'operation' | 'requestedModel' | 'streamed' | 'userName' | 'sessionId'
>;

/** Pasted into a shell or a file, it does the request again. The key is a variable: it is never known here. */
export const LANGUAGES = { curl: 'curl', python: 'Python', javascript: 'JavaScript' } as const;
export type Language = keyof typeof LANGUAGES;

/**
 * @param prompt what the client sent, as it was stored; null = it was not, and there is a placeholder in its place
 */
export function snippetOf(language: Language, origin: string, sent: Sent, prompt: string | null): string {
  const body = bodyOf(sent, prompt);
  if (language === 'curl') return curl(origin, sent, body);
  const call = sent.operation === 'EMBEDDINGS' ? 'embeddings.create' : 'chat.completions.create';
  return language === 'python' ? python(origin, call, body) : javascript(origin, call, body);
}

type Body = Readonly<Record<string, unknown>>;

function bodyOf({ operation, requestedModel, streamed }: Sent, prompt: string | null): Body {
  const stored = prompt === null ? null : parsed(prompt);
  if (stored !== null) return stored;
  const model = requestedModel;
  if (operation === 'EMBEDDINGS') return { model, input: 'The text' };
  return {
    model,
    messages: [{ role: 'user', content: 'The prompt' }],
    ...(streamed ? { stream: true } : {}),
  };
}

function curl(origin: string, { operation, userName, sessionId }: Sent, body: Body): string {
  const path = operation === 'EMBEDDINGS' ? 'embeddings' : 'chat/completions';
  const lines = [
    `curl ${origin}/v1/${path}`,
    '  -H "Authorization: Bearer $PRISM_KEY"',
    '  -H "Content-Type: application/json"',
    ...(userName === '' ? [] : [`  -H ${shellQuoted(`X-User: ${userName}`)}`]),
    ...(sessionId === '' ? [] : [`  -H ${shellQuoted(`X-Session-Id: ${sessionId}`)}`]),
    `  -d ${shellQuoted(JSON.stringify(body))}`,
  ];
  return lines.join(' \\\n');
}

function python(origin: string, call: string, body: Body): string {
  const args = Object.entries(body).map(([name, value]) => `    ${name}=${pythonValue(value, 4)},`);
  return [
    'import os',
    'from openai import OpenAI',
    '',
    `client = OpenAI(base_url="${origin}/v1", api_key=os.environ["PRISM_KEY"])`,
    `answer = client.${call}(`,
    ...args,
    ')',
    'print(answer)',
  ].join('\n');
}

function javascript(origin: string, call: string, body: Body): string {
  return [
    "import OpenAI from 'openai';",
    '',
    `const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: process.env.PRISM_KEY });`,
    `const answer = await client.${call}(${JSON.stringify(body, null, 2)});`,
    'console.log(answer);',
  ].join('\n');
}

/** JSON is nearly Python. */
function pythonValue(value: unknown, indent: number): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const pad = ' '.repeat(indent + 4);
  const inner = Array.isArray(value)
    ? value.map((one) => `${pad}${pythonValue(one, indent + 4)},`)
    : Object.entries(value).map(
        ([name, one]) => `${pad}${JSON.stringify(name)}: ${pythonValue(one, indent + 4)},`,
      );
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return inner.length === 0 ? open + close : [open, ...inner, `${' '.repeat(indent)}${close}`].join('\n');
}

/** Between single quotes nothing is special to a shell but the quote itself. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function parsed(text: string): Body | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : null;
  } catch {
    return null;
  }
}
