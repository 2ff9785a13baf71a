import { hash } from 'node:crypto';

/** 1,024 tokens: OpenAI's shortest cached beginning. */
const BLOCK_UNITS = 4096;
const BLOCK_TOKENS = 1024;

/** Remembers the beginnings of long prompts. Bounded: the oldest are forgotten. */
export class PromptCache {
  readonly #seen = new Set<string>();
  readonly #limit: number;

  constructor(limit = 4096) {
    this.#limit = limit;
  }

  /** Tokens of the beginning that was there before, and of what is there from now on; whole blocks. */
  look(scope: string, text: string): { readonly read: number; readonly written: number } {
    let read = 0;
    let written = 0;
    let chain = scope;
    for (let at = 0; at + BLOCK_UNITS <= text.length; at += BLOCK_UNITS) {
      chain = hash('sha1', chain + text.slice(at, at + BLOCK_UNITS));
      if (this.#seen.has(chain)) read += BLOCK_TOKENS;
      else {
        written += BLOCK_TOKENS;
        this.#seen.add(chain);
      }
    }
    for (const oldest of this.#seen) {
      if (this.#seen.size <= this.#limit) break;
      this.#seen.delete(oldest);
    }
    return { read, written };
  }
}
