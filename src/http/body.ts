import type { IncomingMessage } from 'node:http';
import { isUtf8 } from 'node:buffer';
import { AppError } from '../errors.ts';
import { isObject } from '../json-object.ts';

/**
 * Reads a JSON object from a request of the admin doors; an empty body is `{}`. Throws AppError bad_input for
 * anything else, body_too_large beyond `maxBytes` (without reading on). How long a body may take is the
 * listener's `requestTimeout`.
 */
export async function readJsonObject(
  request: IncomingMessage,
  { maxBytes }: { readonly maxBytes: number },
): Promise<Record<string, unknown>> {
  const body = await readBytes(request, maxBytes);
  if (body.length === 0) return {};
  // A page of another site can send any text, but not this type, without asking us first (CORS).
  if (mediaType(request) !== 'application/json') {
    throw new AppError('bad_input', 'The body must be JSON: send "content-type: application/json".');
  }
  const value = parse(body);
  if (isObject(value)) return value;
  throw new AppError('bad_input', 'The body must be a JSON object.');
}

function mediaType(request: IncomingMessage): string | undefined {
  return request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
}

function parse(body: Buffer): unknown {
  if (!isUtf8(body)) throw new AppError('bad_input', 'The body must be JSON in UTF-8.');
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new AppError('bad_input', 'The body is not valid JSON.', { cause });
  }
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = new AppError('body_too_large', `The body is larger than ${maxBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  const bytes: AsyncIterable<Buffer> = request;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
