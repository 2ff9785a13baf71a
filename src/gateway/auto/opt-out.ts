import type { GatewayRequest } from '../request.ts';
import { readChatRequest } from '../request.ts';

/**
 * Written into a prompt, it keeps the model that the request names, where a tenant routes such requests; there it never
 * reaches a provider. Nobody looks for it where nothing is routed.
 */
export const KEEP_TOKEN = '--model-prism-accept-model';
const TOKEN = Buffer.from(KEEP_TOKEN);
const SPACE = 0x20;

/** Whether the messages hold the token. Costs one search through them. */
export function hasKeepToken({ body, spans }: GatewayRequest): boolean {
  const at = spans.messages === null ? -1 : body.indexOf(TOKEN, spans.messages.start);
  return at !== -1 && at < (spans.messages?.end ?? 0);
}

/** The request without the token, wherever it stands in the messages (with one blank beside it). */
export function withoutKeepToken(request: GatewayRequest): GatewayRequest {
  const { body, spans } = request;
  const parts: Buffer[] = [];
  let from = 0;
  for (
    let at = body.indexOf(TOKEN, spans.messages?.start ?? 0);
    at !== -1 && at < (spans.messages?.end ?? 0);
    at = body.indexOf(TOKEN, from)
  ) {
    const hasBlankBefore = body[at - 1] === SPACE;
    parts.push(body.subarray(from, hasBlankBefore ? at - 1 : at));
    from = at + TOKEN.length;
    if (!hasBlankBefore && body[from] === SPACE) from += 1;
  }
  if (parts.length === 0) return request;
  parts.push(body.subarray(from));
  return readChatRequest(Buffer.concat(parts));
}
