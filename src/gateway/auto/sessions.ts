import type { SessionState, Tier } from '../../routing/types.ts';
import { hash } from 'node:crypto';
import type { RequestTexts } from '../../routing/types.ts';

/** What a turn left behind. */
export interface Turn {
  readonly candidate: string;
  readonly category: string;
  readonly tier: Tier;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What is remembered of running conversations, in this process; the oldest go first. */
export interface SessionMemory {
  get(key: string): SessionState | null;
  note(key: string, turn: Turn): void;
}

interface Entry extends SessionState {
  readonly at: number;
}

/** Providers keep a prompt cache for minutes to an hour: after that a conversation is as good as new. */
const LIFETIME_MS = 3_600_000;

/** `now`: ms on a monotonic clock. */
export function createSessionMemory({
  now,
  limit = 50_000,
}: {
  readonly now: () => number;
  readonly limit?: number;
}): SessionMemory {
  const sessions = new Map<string, Entry>();
  return {
    get(key) {
      const found = sessions.get(key);
      if (found === undefined) return null;
      if (now() - found.at <= LIFETIME_MS) return found;
      sessions.delete(key);
      return null;
    },
    note(key, { candidate, category, tier, inputTokens, outputTokens }) {
      const before = sessions.get(key);
      sessions.delete(key);
      const turns = (before?.turns ?? 0) + 1;
      const mean = before?.meanOutputTokens ?? outputTokens;
      sessions.set(key, {
        candidate,
        category,
        tier,
        // Another model's cache is of no use to this one.
        cachedTokens: inputTokens + outputTokens,
        turns,
        meanOutputTokens: mean + (outputTokens - mean) / turns,
        at: now(),
      });
      if (sessions.size > limit) {
        const [oldest] = sessions.keys();
        if (oldest !== undefined) sessions.delete(oldest);
      }
    },
  };
}

/**
 * What tells a conversation from others of the same key: the client's session, else how it began (system prompt and
 * first message) together with who speaks; two people with the same system prompt are two conversations.
 */
export function sessionKey(keyId: string, sessionId: string, userName: string, texts: RequestTexts): string {
  if (sessionId !== '') return `${keyId} ${sessionId}`;
  const begin = texts.firstUser === '' ? texts.lastUser.slice(0, 500) : texts.firstUser;
  return `${keyId} ${hash('sha1', `${userName}\n${texts.system}\n${begin}`, 'base64')}`;
}
