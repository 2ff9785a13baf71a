/**
 * A distinguished name (RFC 4514) in one spelling, for comparing: attribute names and values in lower case, values
 * NFKC with single spaces, escapes only where they must be, parts of a multi-valued RDN in order. The same entry,
 * spelt by a person, by OpenLDAP (`\C3\BC`) or by Active Directory, gives the same text. Null = it is no DN.
 * The empty DN is one by the RFC, but names nobody: null.
 */
export function normalizeDn(dn: string): string | null {
  const rdns = splitUnescaped(dn, ',').map(normalizeRdn);
  return rdns.includes(null) ? null : rdns.join(',');
}

const TYPE = /^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)+)$/i;

function normalizeRdn(rdn: string): string | null {
  const parts = splitUnescaped(rdn, '+').map((part) => {
    const equals = part.indexOf('=');
    const type = part.slice(0, Math.max(0, equals)).trim();
    const value = readValue(part.slice(equals + 1));
    return TYPE.test(type) && value !== null ? `${type.toLowerCase()}=${escapeDnValue(fold(value))}` : null;
  });
  return parts.includes(null) ? null : parts.toSorted(byCodeUnit).join('+');
}

/** Null does not occur any more where this sorts. */
function byCodeUnit(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

const ESCAPED_HEX = /^\\([0-9a-f]{2})/i;
const ESCAPED_CHAR = /^\\([ "#+,;<=>\\])/;

/** The value that stands there; null = none, or one in BER (`#0403…`), which no directory uses for names of people. */
function readValue(raw: string): string | null {
  // White space around a value means nothing, unless the last of it is escaped.
  const text = raw.replace(/^\s+/, '').replace(/(\\ )?\s*$/, '$1');
  if (text === '' || text.startsWith('#')) return null;
  const bytes: Buffer[] = [];
  let rest = text;
  while (rest !== '') {
    const hex = ESCAPED_HEX.exec(rest);
    const char = hex === null ? ESCAPED_CHAR.exec(rest) : null;
    const plain = /^[^",;<>+\0\\]+/.exec(rest);
    if (hex !== null) bytes.push(Buffer.from(hex[1] ?? '', 'hex'));
    else if (char !== null) bytes.push(Buffer.from(char[1] ?? ''));
    else if (plain !== null) bytes.push(Buffer.from(plain[0]));
    else return null;
    rest = rest.slice((hex ?? char ?? plain)?.[0].length);
  }
  return Buffer.concat(bytes).toString('utf8');
}

/** As directories compare names: without case, without the look-alikes of Unicode, spaces as one. */
function fold(value: string): string {
  return value.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** A value inside a DN (RFC 4514, section 2.4). */
export function escapeDnValue(value: string): string {
  return value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/\0/g, '\\00')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}
