import type { Stage } from '../../graphql/stage.ts';

/**
 * How a row is called so that it succeeds, and what the API reference (and what stands in for it where it is silent)
 * says that it answers. The walker calls each once; the parity test calls each through both doors on twin databases.
 */
export interface Example {
  /** 'POST /api/prism/admin/tenants' */
  readonly row: string;
  /** Makes what the call needs; the same on every stage. */
  readonly prepare?: (stage: Stage) => Promise<Prepared>;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Matchers of the documented answer. */
  readonly answer: unknown;
  /** On a database without users, where it is the first thing that anybody does. */
  readonly first?: true;
  /** Signed in as; the admin when missing, '' = nobody. */
  readonly as?: 'nobody' | 'somebody';
}

export interface Prepared {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly token: string;
}

/** The request that an example stands for, on this stage. */
export async function callOf(example: Example, stage: Stage): Promise<Call> {
  const prepared = (await example.prepare?.(stage)) ?? {};
  const params = { ...example.params, ...prepared.params };
  const query = { ...example.query, ...prepared.query };
  const body = example.body || prepared.body ? { ...example.body, ...prepared.body } : undefined;
  const [method = '', template = ''] = example.row.split(' ');
  const path = template.replaceAll(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams(query).toString();
  return {
    method,
    path: search === '' ? path : `${path}?${search}`,
    body,
    params,
    query,
    token: await tokenOf(example, stage),
  };
}

async function tokenOf({ as }: Example, stage: Stage): Promise<string> {
  if (as === 'nobody') return '';
  // A session of its own: the call may end it.
  return as === 'somebody' ? stage.login('the-maintainer') : stage.tokens.admin;
}
