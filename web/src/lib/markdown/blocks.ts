import { Marked } from 'marked';
import type { Token, Tokens } from 'marked';
import { sanitize } from './sanitize.ts';

/** A part of a text that is shown by itself: while more of it streams in, only the last one changes. */
export type Block =
  | { readonly kind: 'html'; readonly raw: string; readonly html: string }
  | { readonly kind: 'code'; readonly raw: string; readonly language: string; readonly text: string };

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    // Markup that stands in the text is shown as it is written; it is never made.
    html: ({ text }) => escapeHtml(text),
    // Nothing is fetched because an answer says so: a picture is a link to it.
    image: ({ href, text }) =>
      `<a href="${escapeHtml(href)}">${escapeHtml(text === '' ? 'image' : text)}</a>`,
    // The page's own headings are its outline.
    heading({ tokens }) {
      return `<h3>${this.parser.parseInline(tokens)}</h3>`;
    },
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
});

/** Blocks of Markdown as safe HTML, and code. `known`: what was made of the text before, which is not made again. */
export function toBlocks(text: string, known: readonly Block[] = []): Block[] {
  const tokens = marked.lexer(text);
  return tokens
    .filter(({ type }) => type !== 'space' && type !== 'def')
    .map((token, index) => {
      const before = known[index];
      return before !== undefined && before.raw === token.raw ? before : toBlock(token);
    });
}

function toBlock(token: Token): Block {
  if (isCode(token)) {
    const { raw, text, lang = '' } = token;
    return { kind: 'code', raw, text, language: lang.split(/\s/, 1)[0] ?? '' };
  }
  return { kind: 'html', raw: token.raw, html: sanitize(marked.parser([token])) };
}

function isCode(token: Token): token is Tokens.Code {
  return token.type === 'code';
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (one) => `&#${String(one.charCodeAt(0))};`);
}
