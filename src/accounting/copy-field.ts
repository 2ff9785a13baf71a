import { boundText } from './bound-text.ts';

/**
 * Fields of PostgreSQL's `COPY … FROM STDIN` (text format): separated by tabs, `\N` for null, and a backslash before
 * what would end a field, a row or an escape.
 */
export const NULL_FIELD = '\\N';

/** A text, cut to `limit` UTF-16 units and made harmless by boundText, so that any column takes it. */
export function textField(text: string, limit: number): string {
  return text.length <= limit && isPlain(text) ? text : escapeField(boundText(text, limit));
}

/** Escapes what has a meaning to COPY; the text must be well formed and without NUL. */
export function escapeField(text: string): string {
  return SPECIAL.test(text) ? text.replaceAll(EVERY_SPECIAL, (it) => ESCAPES[it] ?? it) : text;
}

/** A whole number from 0 to `most`, whatever `value` is. */
export function wholeField(value: number, most: number): number {
  return value > 0 ? Math.min(Math.round(value), most) : 0;
}

export function boolField(value: boolean): string {
  return value ? 't' : 'f';
}

const SPECIAL = /[\\\t\n\r]/;
const EVERY_SPECIAL = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Printable ASCII without a backslash: nearly every text, and seen in one pass without a regular expression. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === 0x5c) return false;
  }
  return true;
}
