import type { UpstreamHeaders } from '../adapter.ts';

/** What no provider means: a header that says more is wrong or hostile. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * When to come back, in ms: `retry-after-ms`, `retry-after` (seconds or an HTTP date), or the words
 * "Please try again in 1.5s" of OpenAI's message. Null = not said.
 */
export function readRetryAfter(headers: UpstreamHeaders, message: string | null, now: number): number | null {
  const ms = readNumber(headers['retry-after-ms']);
  if (ms !== null) return bounded(ms);
  const seconds = readNumber(headers['retry-after']);
  if (seconds !== null) return bounded(seconds * 1000);
  const date = headers['retry-after'];
  const at = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  if (!Number.isNaN(at)) return bounded(at - now);
  const said = message === null ? null : /try again in ([\d.]{1,8})(ms|s|m)\b/.exec(message.slice(0, 2000));
  if (!said) return null;
  const unit = said[2] === 'ms' ? 1 : said[2] === 's' ? 1000 : 60_000;
  const amount = Number(said[1]);
  return Number.isFinite(amount) ? bounded(amount * unit) : null;
}

function readNumber(header: UpstreamHeaders[string]): number | null {
  return typeof header === 'string' && /^\d{1,9}(?:\.\d{1,9})?$/.test(header.trim()) ? Number(header) : null;
}

function bounded(ms: number): number {
  return Math.min(Math.max(0, Math.ceil(ms)), LONGEST_MS);
}
