import type { FormField } from '../adapter.ts';

/** How one type of the OpenAI-compatible family differs from the rest. */
export interface Family {
  readonly type: string;
  readonly label: string;
  readonly defaultBaseUrl: string;
  /** Asked for beside the base URL, the key and the API path, which all have. */
  readonly fields: readonly FormField[];
  readonly keyRequired: boolean;
  /** Option → header that carries it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Below the API path: the cheapest listing that needs a good key. */
  readonly probePath: string;
  /** Listings with more to tell than /models, below the server's root; optional: servers may lack them. */
  readonly extraListing?: string;
  /** Tries the models of a member "models" when the one that was asked for fails: they would pass by every policy. */
  readonly triesModels?: true;
  /** Overrides the endpoint's own origin and path: a server that is known only at run time. */
  readonly origin?: () => string;
}

export const OPENAI: Family = {
  type: 'openai',
  label: 'OpenAI',
  defaultBaseUrl: 'https://api.openai.com',
  fields: [
    {
      path: 'options.organization',
      label: 'Organization',
      kind: 'text',
      required: false,
      placeholder: 'org-…',
      help: 'Only for keys that belong to several organizations.',
    },
    { path: 'options.project', label: 'Project', kind: 'text', required: false, placeholder: 'proj_…' },
  ],
  keyRequired: true,
  headers: { organization: 'openai-organization', project: 'openai-project' },
  probePath: '/models',
};

export const OPENROUTER: Family = {
  type: 'openrouter',
  label: 'OpenRouter',
  defaultBaseUrl: 'https://openrouter.ai/api',
  fields: [
    {
      path: 'options.referer',
      label: 'Site URL',
      kind: 'text',
      required: false,
      help: 'Names your application in the rankings of OpenRouter.',
    },
    { path: 'options.title', label: 'Site name', kind: 'text', required: false },
  ],
  keyRequired: true,
  headers: { referer: 'http-referer', title: 'x-title' },
  triesModels: true,
  // Its list of models is open to everybody and proves nothing about the key.
  probePath: '/key',
};

export const VLLM: Family = {
  type: 'vllm',
  label: 'vLLM',
  defaultBaseUrl: 'http://localhost:8000',
  fields: [],
  keyRequired: false,
  headers: {},
  probePath: '/models',
};

export const LM_STUDIO: Family = {
  type: 'lmstudio',
  label: 'LM Studio',
  defaultBaseUrl: 'http://localhost:1234',
  fields: [],
  keyRequired: false,
  headers: {},
  probePath: '/models',
  extraListing: '/api/v0/models',
};

export const CUSTOM: Family = {
  type: 'custom',
  label: 'OpenAI-compatible',
  defaultBaseUrl: '',
  fields: [],
  keyRequired: false,
  headers: {},
  probePath: '/models',
};

/** The form of a family, in the order in which it is drawn. */
export function formOf(family: Family): FormField[] {
  return [
    {
      path: 'baseUrl',
      label: 'Base URL',
      kind: 'url',
      required: true,
      placeholder: family.defaultBaseUrl === '' ? 'https://llm.example.com' : family.defaultBaseUrl,
      help: 'With or without /v1: the path is found out.',
    },
    { path: 'auth.apiKey', label: 'API key', kind: 'secret', required: family.keyRequired },
    ...family.fields,
    {
      path: 'options.path',
      label: 'API path',
      kind: 'text',
      required: false,
      placeholder: '/v1',
      help: 'What stands before /chat/completions. Leave it empty to have it found out.',
    },
  ];
}
