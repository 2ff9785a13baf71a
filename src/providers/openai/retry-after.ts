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
  return message === null ? null : readWords(message.slice(0, 2000));
}

/** "1.5s", "20ms", "6m0s", "1h2m". */
function readWords(message: string): number | null {
  const said = /try again in (?:(\d{1,4})h)?(?:(\d{1,4})m(?!s))?(?:([\d.]{1,8})(ms|s))?/.exec(message);
  const [, hours, minutes, amount, unit] = said ?? [];
  if (hours === undefined && minutes === undefined && amount === undefined) return null;
  const ms =
    Number(hours ?? 0) * 3_600_000 +
    Number(minutes ?? 0) * 60_000 +
    Number(amount ?? 0) * (unit === 'ms' ? 1 : 1000);
  return Number.isFinite(ms) ? bounded(ms) : null;
}

function readNumber(header: UpstreamHeaders[string]): number | null {
  return typeof header === 'string' && /^\d{1,9}(?:\.\d{1,9})?$/.test(header.trim()) ? Number(header) : null;
}

function bounded(ms: number): number {
  return Math.min(Math.max(0, Math.ceil(ms)), LONGEST_MS);
}
