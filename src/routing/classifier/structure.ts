import { clip } from '../signals/texts.ts';
import type { RequestTexts, Signals } from '../types.ts';

const [HEAD, TAIL] = [1_200, 500];
/** In `needs`: any sign beyond ASCII. */
const WIDE = '\0';

/**
 * What a text looks like, whatever it says; each linear and bounded. `needs`: signs one of which must be there, so that
 * most texts are spared the pattern; "" = look at any text.
 */
const LOOKS: readonly (readonly [name: string, needs: string, look: (text: string) => boolean])[] = [
  ['fence', '`', (text) => text.includes('```')],
  ['question', '?', () => true],
  ['questionEnd', '?', (text) => /\?["')\s]{0,8}$/.test(text.slice(-20))],
  ['choices', '\n', (text) => /\n\s{0,4}\(?[A-Da-d][).:] /.test(text)],
  ['answerEnd', ':', (text) => /(?:answer|antwort|output|response|label)\s?:\s{0,4}$/i.test(text.slice(-30))],
  ['colonEnd', ':', (text) => /:\s{0,4}$/.test(text.slice(-8))],
  ['list', '\n', (text) => /\n\s{0,4}(?:\d{1,2}[.)]|[-*•]) /.test(text)],
  ['url', '/', (text) => text.includes('http://') || text.includes('https://')],
  ['table', '|,', hasTable],
  ['formula', '\\^$=', hasFormula],
  ['mathSign', WIDE, (text) => /[√∑∫≤≥×÷π²³]/.test(text)],
  ['sum', '+-*/=', (text) => /\d\s?[+*/=-]\s?\d/.test(text)],
  ['json', '{[', (text) => /[{[]\s{0,8}"\w{1,40}"\s{0,4}:/.test(text)],
  ['markup', '<', (text) => /<(\w{1,20})[^<>]{0,80}>[^<]{0,400}<\/\1>/.test(text)],
  ['quote', `"${WIDE}`, (text) => /["“„][^"“”„\n]{40,}["”“]/.test(text)],
  ['quotedWord', `"'${WIDE}`, (text) => /["“„'][^"“”„'\n]{1,25}["”“']/.test(text)],
  ['errorText', '', hasError],
  ['instructionFirst', '\n', (text) => within(text.indexOf('\n\n'), 1, 240) && text.length > 440],
  ['instructionLast', '\n', (text) => text.length > 400 && text.length - text.lastIndexOf('\n') < 240],
  ['shell', '$#>', (text) => /(?:^|\n)\s{0,4}(?:\$|#|>) \w/.test(text)],
  ['path', '/~', (text) => /(?:^|[\s"'`(])~?\/(?:[\w.-]{1,40}\/)*[\w.-]{2,40}/.test(text)],
  ['dataFile', '.', (text) => /\w\.(?:csv|tsv|xlsx?|parquet)\b/i.test(text)],
  [
    'codeFile',
    '.',
    (text) => /\w\.(?:py|tsx?|jsx?|java|rs|go|cpp|cs|rb|php|ya?ml|toml|vue|sh|sql)\b/.test(text),
  ],
  ['textFile', '.', (text) => /\w\.(?:txt|md|pdf|docx?|log|json|xml|html)\b/.test(text)],
  [
    'salutation',
    ',',
    (text) => /\b(?:Dear|Hi|Hello|Hallo|Liebe|Lieber|Sehr geehrte)\b[^\n]{0,40},/.test(text),
  ],
  ['money', `$0123456789${WIDE}`, (text) => /[$€£]\s?\d|\d\s?(?:€|EUR|USD|dollars|euros?)\b/i.test(text)],
  ['percent', '%', (text) => /\d\s?%/.test(text)],
  ['gap', '_', (text) => text.includes('___')],
];
const NEEDS = LOOKS.map(([, needs]) => unitsOf(needs));

function unitsOf(signs: string): number[] {
  return Array.from({ length: signs.length }, (_, at) => signs.charCodeAt(at));
}

/** Each pattern only where its sign is. */
function hasFormula(text: string): boolean {
  return (
    (text.includes('\\') && /\\frac|\\sum|\\int/i.test(text)) ||
    (text.includes('^') && /\w\s?\^\s?[\d{(n]/i.test(text)) ||
    (text.includes('$') && /\$[^$\n]{1,80}\$/.test(text)) ||
    (text.includes('=') && /\b[a-z]\([a-z]\)\s?=|\b[a-z]\s?=\s?-?\d/i.test(text))
  );
}

const ERRORS = [
  'Traceback',
  'Exception',
  'Error:',
  'error:',
  'stack trace',
  'stacktrace',
  'segfault',
  'Fehlermeldung',
];

function hasError(text: string): boolean {
  return (
    ERRORS.some((mark) => text.includes(mark)) ||
    (text.includes('exit code ') && /exit code \d/.test(text)) ||
    (text.includes('panic:') && /\bpanic:/.test(text))
  );
}

/** A row of cells between bars, or three commas with little between them. */
function hasTable(text: string): boolean {
  for (const line of text.split('\n', 40)) {
    let [bars, commas, longest, last] = [0, 0, 0, 0];
    for (let at = 0; at < line.length && at < 400; at += 1) {
      const unit = line.charCodeAt(at);
      if (unit === 0x7c) bars += 1;
      if (unit !== 0x2c) continue;
      commas += 1;
      longest = Math.max(longest, at - last);
      last = at;
    }
    if (bars >= 3 || (commas >= 3 && longest <= 24 && line.length - last <= 24)) return true;
  }
  return false;
}

function within(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

/** Names of what shows of the shape of a request: features of their own, beside its words. */
export function structureOf({ lastUser, system }: RequestTexts, signals: Signals): string[] {
  const text = clip(lastUser, HEAD, TAIL);
  const counts = countSigns(text);
  const found: string[] = [];
  for (const [at, [name, needs, look]] of LOOKS.entries())
    if ((needs === '' || has(counts, NEEDS[at] ?? [])) && look(text)) found.push(name);
  found.push(`length${step(lastUser.length)}`, `lines${step((counts[0x0a] ?? 0) + 1)}`);
  found.push(`symbols${Math.min(6, Math.floor(share(counts, SYMBOLS, text) * 40))}`);
  found.push(`digits${Math.min(6, Math.floor(share(counts, DIGITS, text) * 25))}`);
  if (system !== '') found.push('system', `systemLength${step(system.length / 64)}`);
  if (signals.tools > 0) found.push('tools', `tools${step(signals.tools)}`);
  if (signals.toolResults > 0) found.push('toolResults');
  if (signals.continuation) found.push('continuation');
  if (signals.agent !== null) found.push('agent');
  if (signals.structuredOutput) found.push('structured');
  if (signals.images > 0) found.push('images');
  if (signals.fillInMiddle) found.push('fillInMiddle');
  found.push(`turns${Math.min(3, signals.turns)}`, `domain:${signals.domain}`);
  for (const language of signals.codeLanguages.slice(0, 3)) found.push('code', `code:${language}`);
  return found;
}

function step(value: number): number {
  return Math.min(12, Math.floor(Math.log2(Math.max(0, value) + 1)));
}

/** How often each ASCII sign stands in the text, and at 0 all others. */
function countSigns(text: string): Uint16Array {
  const counts = new Uint16Array(128);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const place = unit < 128 ? unit : 0;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
}

function has(counts: Uint16Array, units: readonly number[]): boolean {
  for (const unit of units) if ((counts[unit] ?? 0) > 0) return true;
  return false;
}

const SYMBOLS = unitsOf('(){}[];=<>_|&*+/\\');
const DIGITS = unitsOf('0123456789');

function share(counts: Uint16Array, units: readonly number[], text: string): number {
  let hits = 0;
  for (const unit of units) hits += counts[unit] ?? 0;
  return hits / (text.length + 1);
}
