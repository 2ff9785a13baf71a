import { isUtf8 } from 'node:buffer';

/** A text whose characters are all printable ASCII: one byte each, in Latin-1 as in UTF-8. */
export const ASCII = /^[\x20-\x7e]*$/;

/**
 * What a client wrote into a header. HTTP hands bytes on as Latin-1, one character each; applications write UTF-8, and
 * that is hardly ever valid by chance.
 */
export function headerText(value: string): string {
  if (ASCII.test(value)) return value.trim();
  // Not trimmed before: the last byte of "à" is a space that does not break.
  const bytes = Buffer.from(value, 'latin1');
  return (isUtf8(bytes) ? bytes.toString() : value).trim();
}

/** The same, as Open WebUI writes its users' names: percent-encoded, but for older versions, which left them as they are. */
export function encodedHeaderText(value: string): string {
  const text = headerText(value);
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
