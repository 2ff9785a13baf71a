import { isLetter } from '../signals/letters.ts';
import { isPart } from '../signals/words.ts';
import type { RequestTexts, Signals } from '../types.ts';

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
  ['formula', '\\^$=', hasFormula],
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

/** Fixed texts one by one, which takes half as long as one pattern of all. */
function hasError(text: string): boolean {
  return (
    ERROR_WORDS.some((word) => text.includes(word)) ||
    (text.includes(':') && /[Ee]rror:|\bpanic:/.test(text)) ||
    (text.includes('exit code ') && /exit code \d/.test(text))
  );
}

const ERROR_WORDS = ['Traceback', 'Exception', 'stack trace', 'stacktrace', 'segfault', 'Fehlermeldung'];

/** Endings of files, by what is in them. */
const FILES = new Map(
  Object.entries({
    dataFile: 'csv tsv xls xlsx parquet',
    codeFile: 'py ts tsx js jsx java rs go cpp cs rb php yaml yml toml vue sh sql',
    textFile: 'txt md pdf doc docx log json xml html',
  }).flatMap(([name, endings]) => endings.split(' ').map((ending): [string, string] => [ending, name])),
);
const LONGEST_ENDING = 7;

/** Kinds of the files that a text names; looks at what follows each full stop. */
function filesIn(text: string, into: string[]): void {
  const from = into.length;
  for (let at = text.indexOf('.', 1); at !== -1; at = text.indexOf('.', at + 1)) {
    let end = at + 1;
    while (end - at <= LONGEST_ENDING + 1 && isLetter(text.charCodeAt(end))) end += 1;
    const length = end - at - 1;
    if (length < 2 || length > LONGEST_ENDING || !isPart(text.charCodeAt(at - 1))) continue;
    if (isPart(text.charCodeAt(end))) continue;
    const kind = FILES.get(text.slice(at + 1, end).toLowerCase());
    if (kind !== undefined && !into.includes(kind, from)) into.push(kind);
  }
}

function within(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

/**
 * Names of what shows of the shape of a request: features of their own, beside its words. `shown`: the part of the last
 * message that is looked at.
 */
export function structureOf({ lastUser, system }: RequestTexts, shown: string, signals: Signals): string[] {
  const { counts, table, mathSign } = survey(shown);
  const found: string[] = [];
  for (const [at, [name, needs, look]] of LOOKS.entries())
    if ((needs === '' || has(counts, NEEDS[at] ?? [])) && look(shown)) found.push(name);
  if (table) found.push('table');
  if (mathSign) found.push('mathSign');
  if (has(counts, STOP)) filesIn(shown, found);
  found.push(`length${step(lastUser.length)}`, `lines${step((counts[0x0a] ?? 0) + 1)}`);
  found.push(`symbols${Math.min(6, Math.floor(share(counts, SYMBOLS, shown) * 40))}`);
  found.push(`digits${Math.min(6, Math.floor(share(counts, DIGITS, shown) * 25))}`);
  if (system !== '') found.push('system', `systemLength${step(system.length / 64)}`);
  pushSeen(signals, found);
  return found;
}

/** What the classifier sees of the signals, as one text: requests that differ in nothing of it look alike to it. */
export function signalsSeen(signals: Signals): string {
  const found: string[] = [];
  pushSeen(signals, found);
  return found.join(' ');
}

function pushSeen(signals: Signals, found: string[]): void {
  if (signals.tools > 0) found.push('tools', `tools${step(signals.tools)}`);
  if (signals.toolResults > 0) found.push('toolResults');
  if (signals.continuation) found.push('continuation');
  if (signals.agent !== null) found.push('agent');
  if (signals.structuredOutput) found.push('structured');
  if (signals.images > 0) found.push('images');
  if (signals.fillInMiddle) found.push('fillInMiddle');
  found.push(`turns${Math.min(3, signals.turns)}`, `domain:${signals.domain}`);
  for (const language of signals.codeLanguages.slice(0, 3)) found.push('code', `code:${language}`);
}

function step(value: number): number {
  return Math.min(12, Math.floor(Math.log2(Math.max(0, value) + 1)));
}

interface Survey {
  /** How often each ASCII sign stands in the text, and at 0 all others. */
  readonly counts: readonly number[];
  /** A row of cells between bars, or three commas with little between them. */
  readonly table: boolean;
  readonly mathSign: boolean;
}

const [COMMA, BAR, LINE] = [0x2c, 0x7c, 0x0a];
/** The longest cell of a table. */
const CELL = 24;
const MATH = new Set(unitsOf('√∑∫≤≥×÷π²³'));

const ZEROS: readonly number[] = new Array<number>(128).fill(0);

/** One pass over a text. */
function survey(text: string): Survey {
  const counts = ZEROS.slice();
  let [table, mathSign] = [false, false];
  // Of the line: bars, commas, the longest stretch before a comma, and where the last comma stood.
  let [bars, commas, longest, last, start] = [0, 0, 0, 0, 0];
  const { length } = text;
  for (let at = 0; at <= length; at += 1) {
    const unit = at === length ? LINE : text.charCodeAt(at);
    if (unit >= 128) {
      counts[0] = (counts[0] ?? 0) + 1;
      mathSign ||= MATH.has(unit);
      continue;
    }
    counts[unit] = (counts[unit] ?? 0) + 1;
    if (unit === COMMA) {
      commas += 1;
      longest = Math.max(longest, at - Math.max(last, start));
      last = at;
    } else if (unit === BAR) bars += 1;
    else if (unit === LINE) {
      table ||= bars >= 3 || (commas >= 3 && longest <= CELL && at - last <= CELL);
      [bars, commas, longest, start] = [0, 0, 0, at + 1];
    }
  }
  // The end of the text is no line break.
  counts[LINE] = (counts[LINE] ?? 0) - 1;
  return { counts, table, mathSign };
}

const STOP = unitsOf('.');

function has(counts: readonly number[], units: readonly number[]): boolean {
  for (const unit of units) if ((counts[unit] ?? 0) > 0) return true;
  return false;
}

const SYMBOLS = unitsOf('(){}[];=<>_|&*+/\\');
const DIGITS = unitsOf('0123456789');

function share(counts: readonly number[], units: readonly number[], text: string): number {
  let hits = 0;
  for (const unit of units) hits += counts[unit] ?? 0;
  return hits / (text.length + 1);
}
