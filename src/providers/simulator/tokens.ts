/** The simulator's toy tokenizer: one token is four UTF-16 units. */
const UNITS = 4;
/** What a message costs beside its text. */
export const TOKENS_PER_MESSAGE = 4;
/** What an image costs, whatever its size. */
export const TOKENS_PER_IMAGE = 85;

export function countTokens(text: string): number {
  return Math.ceil(text.length / UNITS);
}

/** The text in its tokens. A surrogate pair is never cut, so a token may have five units. */
export function toTokens(text: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + UNITS);
    const last = text.charCodeAt(end - 1);
    if (last >= 0xd800 && last <= 0xdbff && end < text.length) end++;
    tokens.push(text.slice(at, end));
    at = end;
  }
  return tokens;
}
