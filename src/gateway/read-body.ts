import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';

/** Contract §2: larger bodies get 413. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * How many times the limit is read and thrown away. Many clients send to the end before they read an answer: one
 * that is closed on in the middle sees a broken pipe and never the 413.
 */
const DISCARDED = 4;

/** Thrown when the client left while it was sending: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/**
 * The whole request body.
 *
 * @throws AppError body_too_large, invalid_request (compressed bodies); ClientGone
 */
export function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  const declared = Number(req.headers['content-length'] ?? 0);
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return Promise.reject(
      new AppError(
        'invalid_request',
        `Compressed request bodies (${encoding.slice(0, 20)}) are not accepted.`,
      ),
    );
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isOver = declared > limit;
    if (isOver) reject(tooLarge(limit));
    // Plain listeners: they die with the request, and wrappers for "once" would cost more than they save.
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (!isOver && bytes <= limit) {
        chunks.push(chunk);
        return;
      }
      if (!isOver) {
        isOver = true;
        chunks.length = 0;
        reject(tooLarge(limit));
      }
      if (bytes > limit * DISCARDED) req.destroy();
    });
    req.on('end', () => {
      if (!isOver)
        resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, bytes));
    });
    const gone = (): void => {
      if (!req.complete) reject(new ClientGone());
    };
    req.on('error', gone);
    req.on('close', gone);
  });
}

function tooLarge(limit: number): AppError {
  return new AppError(
    'body_too_large',
    `The request body must not be larger than ${limit / 1024 / 1024} MB.`,
  );
}
