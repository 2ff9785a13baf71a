/*
 * What the server asks of a text, for the browser to check before anything is sent: spread it over a control within a
 * Field, which says it in the server's words (components/check.ts). Nothing is refused here that the server would take.
 */

interface Rule {
  /** As in HTML: of the whole value, with the flag v. */
  readonly pattern: string;
  readonly 'data-rule': string;
  readonly maxlength?: number;
}

/** Something more than spaces. */
export const NAME: Rule = { pattern: '.*\\S.*', 'data-rule': 'must not be empty', maxlength: 200 };

/** Of a tenant or a provider. */
export const SLUG: Rule = {
  pattern: '[a-z0-9][a-z0-9\\-]{0,62}',
  'data-rule': 'must have 1 to 63 of a-z, 0-9 and -, and begin with a letter or digit',
};

export const CATEGORY_KEY: Rule = {
  pattern: '[a-z][a-z0-9_]{0,63}',
  'data-rule': 'must begin with a letter and have at most 64 of a-z, 0-9 and _ ("code_review")',
};

/** The server knows which letters beyond ASCII are look-alikes of those that it takes. */
export const USERNAME: Rule = {
  pattern: '\\s*[a-zA-Z0-9\\u{80}-\\u{10FFFF}][a-zA-Z0-9._@+\\-\\u{80}-\\u{10FFFF}]{0,99}\\s*',
  'data-rule': 'must have 1 to 100 letters, digits or . _ @ + - and begin with a letter or digit',
};

export const WEB_ADDRESS: Rule = {
  pattern: '\\s*[hH][tT][tT][pP][sS]?://\\S+\\s*',
  'data-rule': 'must be a URL that begins with http:// or https://',
};

/** Of a new password; the browser counts only what is typed. */
export const PASSWORD = { minlength: 8, maxlength: 256 } as const;
