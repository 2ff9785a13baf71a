import { STATUS_CODES, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '../errors.ts';
import { acceptsHtml } from './negotiate.ts';

/** Answers 404 in the shape that clients of the gateway read. */
export function notFound(res: ServerResponse, id: string, message: string): void {
  answerWith(res, id, new AppError('route_not_found', message), {});
}

/** Answers 405 where there are pages only: what posts here has lost the path of the gateway. */
export function onlyPages(res: ServerResponse, id: string, method: string): void {
  const message = `${method} is not possible here: pages take GET and HEAD. ${BASE_URL}`;
  answerWith(res, id, new AppError('method_not_allowed', message), { allow: 'GET, HEAD' });
}

function answerWith(
  res: ServerResponse,
  id: string,
  error: AppError,
  headers: Readonly<Record<string, string>>,
): void {
  const body = JSON.stringify(error.toOpenAI());
  res.writeHead(error.status, {
    ...headers,
    'x-request-id': id,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  res.end(body);
}

const BASE_URL =
  'The base URL of the gateway is <origin>/api/<tenant-slug>/v1, or <origin>/v1; clients add /chat/completions, ' +
  '/embeddings or /models.';

/** Where clients end up whose base URL lacks a part, or has too many slashes; the console has pages at none of them. */
const CALLS = /\/(chat\/completions|completions|responses|embeddings|v1|v1\/models)\/*$/;

/** Whether a path outside the gateway was meant for it: /models is a page, too, for those who would take one. */
export function isMeantForGateway(path: string, accept: string | undefined): boolean {
  return CALLS.test(path) || (path === '/models' && !acceptsHtml(accept));
}

/** What is said of a path behind which there is nothing. */
export function nothingAt(path: string): string {
  return `There is nothing at ${path.slice(0, 100)}. ${BASE_URL}`;
}

/** There is no ServerResponse for a request for an upgrade. */
export function refuseUpgrade(socket: Duplex, id: string, status: number, message: string): void {
  const code = status === 503 ? 'draining' : status === 403 ? 'access_denied' : 'route_not_found';
  endWith(socket, id, status, new AppError(code, message));
}

/**
 * Answers what is no HTTP, too long or too slow, in the shape of all other errors, and closes the connection; Node's own
 * answer has no body, and clients have nothing to show but a number.
 *
 * @param error as the server's "clientError" tells it
 */
export function refuseUnreadable(error: Error, socket: Duplex, id: string): void {
  // An answer that has begun must not get another one in its middle; Node's own handler looks at the same member.
  const answer: unknown = Reflect.get(socket, '_httpMessage');
  if (!socket.writable || (answer instanceof ServerResponse && answer.headersSent)) {
    socket.destroy(error);
    return;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const { status, message } = UNREADABLE[code] ?? {
    status: 400,
    message: 'This is no valid HTTP/1.1 request.',
  };
  endWith(socket, id, status, new AppError('invalid_request', message, { status }));
}

const UNREADABLE: Readonly<Record<string, { readonly status: number; readonly message: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, message: 'The request headers are larger than 16 KB.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    message: 'The chunk extensions of the request are too large.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: 'The request was not complete in time.' },
};

function endWith(socket: Duplex, id: string, status: number, error: AppError): void {
  const body = JSON.stringify(error.toOpenAI());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\nx-request-id: ${id}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    // A client that still sends would keep a half-closed connection open for as long as it likes.
    () => socket.destroy(),
  );
}
