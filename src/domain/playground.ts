import type { Actor } from '../identity/actor.ts';
import { AppError } from '../errors.ts';
import { authorize, requireTenant } from '../identity/policy.ts';
import { SseReader } from '../providers/sse.ts';
import { parseJsonObject, type JsonMembers } from './json.ts';
import { notFound, requireId } from './validate.ts';
import type { PrismaClient } from '../database/generated/prisma/client.ts';

/** Asks this process's gateway in a tenant's name (http/inner-door.ts). */
export type TenantChat = (call: {
  readonly tenantId: string;
  readonly userName: string;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}) => Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: AsyncIterable<Buffer>;
}>;

export interface PlaygroundInput {
  readonly tenantId: string;
  /** As for POST /chat/completions. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What happens to one request, in order: `began`, any number of `chunks`, `ended`. Times from its begin, in ms. */
export type PlaygroundEvent =
  | {
      readonly kind: 'began';
      readonly requestId: string;
      readonly httpStatus: number;
      /** Who answers; null = nobody does. */
      readonly model: string | null;
      readonly provider: string | null;
      readonly afterMs: number;
    }
  | { readonly kind: 'chunks'; readonly chunks: readonly JsonMembers[]; readonly afterMs: number }
  | { readonly kind: 'ended'; readonly error: PlaygroundError | null; readonly afterMs: number };

/** OpenAI's members of an error. */
export interface PlaygroundError {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
}

export interface Playground {
  /**
   * Sends a chat completion through the gateway as the tenant's own: its policy, limits, routing and prices hold, and
   * it is logged, with the actor as its user. What the gateway refuses is told by `ended`, not thrown.
   *
   * @throws AppError forbidden, not_found, conflict where this process has no gateway
   */
  chat(actor: Actor, input: PlaygroundInput, signal: AbortSignal): AsyncIterable<PlaygroundEvent>;
}

export interface PlaygroundDeps {
  readonly db: Pick<PrismaClient, 'tenant'>;
  readonly clock: () => Date;
  /** Null = this process has no gateway. */
  readonly tenantChat: TenantChat | null;
}

/** An error's body is a line or two. */
const MAX_ERROR_BYTES = 64 * 1024;
const CUT: PlaygroundError = {
  message: 'The answer was cut before its end.',
  type: 'server_error',
  code: null,
};

export function createPlayground({ db, clock, tenantChat }: PlaygroundDeps): Playground {
  return {
    async *chat(actor, input, signal) {
      authorize(actor, 'key.write');
      const tenantId = requireId(input.tenantId, 'tenant');
      requireTenant(actor, tenantId);
      if (tenantChat === null) {
        throw new AppError(
          'conflict',
          'This process does not serve the gateway (PRISM_ROLE=control), so nothing can be tried on it.',
        );
      }
      if ((await db.tenant.count({ where: { id: tenantId } })) === 0) throw notFound('tenant');
      const startedAt = clock().getTime();
      const since = (): number => clock().getTime() - startedAt;
      const ended = (error: PlaygroundError | null): PlaygroundEvent => ({
        kind: 'ended',
        error,
        afterMs: since(),
      });
      try {
        const body = Buffer.from(JSON.stringify(streamed(input.body)));
        const userName = actor.kind === 'user' ? actor.username : actor.name;
        const answer = await tenantChat({ tenantId, userName, body, signal });
        yield {
          kind: 'began',
          requestId: textOf(answer.headers['x-request-id']) ?? '',
          httpStatus: answer.status,
          model: textOf(answer.headers['x-prism-model']),
          provider: textOf(answer.headers['x-prism-provider']),
          afterMs: since(),
        };
        if (answer.status !== 200) {
          yield ended(errorOf(parseJsonObject(await readText(answer.body))) ?? CUT);
          return;
        }
        const reader = new SseReader();
        let isWhole = false;
        for await (const bytes of answer.body) {
          const texts = reader.push(bytes).flatMap(({ data }) => (data === null ? [] : [data.toString()]));
          isWhole ||= texts.includes('[DONE]');
          const chunks = texts.map(parseJsonObject).filter((chunk) => chunk !== null);
          const error = chunks.map(errorOf).find((found) => found !== null);
          if (chunks.length > 0) yield { kind: 'chunks', chunks, afterMs: since() };
          if (error !== undefined) {
            yield ended(error);
            return;
          }
        }
        yield ended(isWhole ? null : CUT);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof AppError) throw error;
        // The connection inside has broken: the gateway itself never answers so.
        yield ended(CUT);
      }
    },
  };
}

/** Always as a stream that tells its usage: what is shown comes as it is made. */
function streamed(body: PlaygroundInput['body']): Record<string, unknown> {
  const { stream_options: given } = body;
  const options = typeof given === 'object' && given !== null ? given : {};
  return { ...body, stream: true, stream_options: { ...options, include_usage: true } };
}

function textOf(header: string | readonly string[] | undefined): string | null {
  return typeof header === 'string' ? header : null;
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ERROR_BYTES) break;
    read.push(chunk);
  }
  return Buffer.concat(read).toString();
}

function errorOf(body: JsonMembers | null): PlaygroundError | null {
  const error = body?.['error'];
  if (typeof error !== 'object' || error === null || Array.isArray(error)) return null;
  const { message, type, code } = error;
  return {
    message: typeof message === 'string' ? message : CUT.message,
    type: typeof type === 'string' ? type : CUT.type,
    code: typeof code === 'string' ? code : null,
  };
}
