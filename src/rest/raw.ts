import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '../graphql/context.ts';
import type { Requirement } from '../graphql/requirement.ts';
import type { Method } from './route.ts';

/** A request for a raw row, from somebody who may make it. */
export interface RawRequest {
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The first value of each name, unchecked. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** What resolvers get: domain, scoped reads, the actor. */
  readonly context: Context;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A row that no GraphQL operation can answer: files and streams. There are few, and each says why. */
export interface RawRoute {
  readonly method: Method;
  readonly path: string;
  /** The heading of the API reference under which it stands. */
  readonly heading: string;
  readonly summary: string;
  /** Why it is no GraphQL operation. */
  readonly reason: string;
  /** What each parameter of the path is. */
  readonly params: Readonly<Record<string, string>>;
  /** What each parameter of the query string is. */
  readonly query: Readonly<Record<string, string>>;
  /** What it takes to call it, asked before `answer` is called. */
  readonly requirement: Requirement;
  /** Content type of the answer → what it holds. */
  readonly produces: Readonly<Record<string, string>>;
  /** Writes the whole answer. An AppError thrown before the first byte is answered as every row's errors are. */
  readonly answer: (request: RawRequest) => void | Promise<void>;
}
