/** Sets up a running product over its REST API, as an operator does. */
export interface Operator {
  /** Throws what was answered when it is no 2xx. */
  call(method: string, path: string, input?: unknown): Promise<Record<string, unknown>>;
  /** Switches on or off whether prompts and answers are kept. */
  logPrompts(on: boolean): Promise<void>;
  /** Adds a provider, discovers its models and answers its id. */
  provider(input: Record<string, unknown>): Promise<string>;
  /** Adds a tenant and answers when the gateway knows it. */
  tenant(
    slug: string,
    providerIds: readonly string[],
    more?: Record<string, unknown>,
  ): Promise<OperatedTenant>;
}

export interface OperatedTenant {
  readonly id: string;
  readonly slug: string;
  readonly apiKey: string;
}

const LOG_PROMPTS =
  'mutation ($on: Boolean!) { updateLogSettings(input: { promptLogging: $on }) { __typename } }';
const ADMIN = { username: 'admin', password: 'correct horse battery' };

/** `origin` is asked anew each time: the product may have been started again, on another port. */
export async function signUp(origin: () => string): Promise<Operator> {
  let token = '';
  const call: Operator['call'] = async (method, path, input) => {
    const response = await fetch(`${origin()}/api/prism${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(input === undefined ? {} : { body: JSON.stringify(input) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  await call('POST', '/setup/admin', ADMIN);
  token = String((await call('POST', '/auth/login', ADMIN))['token']);
  return {
    call,
    async logPrompts(on) {
      const response = await fetch(`${origin()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: LOG_PROMPTS, variables: { on } }),
      });
      const text = await response.text();
      if (!text.includes('"LogSettings"')) throw new Error(`updateLogSettings: ${response.status} ${text}`);
    },
    async provider(input) {
      const id = String((await call('POST', '/admin/providers', input))['id']);
      await call('POST', `/admin/providers/${id}/discover`);
      return id;
    },
    async tenant(slug, providerIds, more = {}) {
      const made = await call('POST', '/admin/tenants', { slug, name: slug, providerIds, ...more });
      const tenant = { id: String(made['id']), slug, apiKey: String(made['apiKey']) };
      const end = performance.now() + 60_000;
      while (!(await isKnown(origin(), tenant))) {
        if (performance.now() > end) throw new Error(`the gateway does not know tenant ${slug}`);
      }
      return tenant;
    },
  };
}

async function isKnown(origin: string, { slug, apiKey }: OperatedTenant): Promise<boolean> {
  const response = await fetch(`${origin}/api/${slug}/v1/models`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  await response.arrayBuffer();
  return response.ok;
}
