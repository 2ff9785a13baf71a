import type { IncomingMessage } from 'node:http';
import type { Sessions } from '../domain/sessions.ts';
import type { UserActor } from '../identity/actor.ts';

/** Who calls, from where: worked out once a request, for GraphQL and REST alike. */
export interface Caller {
  /** Null = no token, or one that is not valid (any more). */
  readonly actor: UserActor | null;
  readonly address: string;
  readonly userAgent: string;
  /** The host and port that the caller wrote, checked to be no more than that; null = none. */
  readonly host?: string | null;
  /** Names the request in the log and in masked errors. */
  readonly requestId: string;
}

export interface CallerDeps {
  readonly sessions: Pick<Sessions, 'authenticate'>;
  readonly newRequestId: () => string;
  /** identity/client-address.ts: the one place that knows whose X-Forwarded-For is believed. */
  readonly clientAddress: (request: IncomingMessage) => string;
}

/**
 * `token`: what the request signs in with; its Authorization header unless the door knows more (console-session.ts),
 * so that no cookie counts at REST.
 */
export async function identify(
  deps: CallerDeps,
  request: IncomingMessage,
  token: string | null = bearerToken(request.headers.authorization),
): Promise<Caller> {
  const stranger = strangerOf(deps, request);
  return token === null
    ? stranger
    : { ...stranger, actor: await deps.sessions.authenticate(token, stranger) };
}

/** Who calls, as far as it can be known without asking the database. */
export function strangerOf(deps: Omit<CallerDeps, 'sessions'>, request: IncomingMessage): Caller {
  return {
    actor: null,
    address: deps.clientAddress(request),
    userAgent: request.headers['user-agent'] ?? '',
    host: hostOf(request.headers.host),
    requestId: deps.newRequestId(),
  };
}

/** It ends up in text that people paste into a shell: nothing but a name or an address, and a port. */
const HOST = /^(?:[a-z0-9_](?:[a-z0-9_.-]{0,253}[a-z0-9_.])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

function hostOf(header: string | undefined): string | null {
  return header !== undefined && HOST.test(header) ? header : null;
}

/** The token of "Bearer <token>". */
export function bearerToken(header: string | undefined): string | null {
  const [scheme, token, ...rest] = header?.trim().split(/ +/) ?? [];
  return scheme?.toLowerCase() === 'bearer' && token && rest.length === 0 ? token : null;
}
