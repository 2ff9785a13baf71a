import type { RequestTexts, Signals } from '../types.ts';

const HEAD = 2_000;

/** What a text looks like, whatever it says; each linear and bounded. */
const LOOKS: readonly (readonly [string, (text: string) => boolean])[] = [
  ['fence', (text) => text.includes('```')],
  ['question', (text) => text.includes('?')],
  ['questionEnd', (text) => /\?["')\s]{0,8}$/.test(text.slice(-20))],
  ['choices', (text) => /\n\s{0,4}\(?[A-Da-d][).:] /.test(text)],
  ['answerEnd', (text) => /(?:answer|antwort|output|response|label)\s?:\s{0,4}$/i.test(text.slice(-30))],
  ['list', (text) => /\n\s{0,4}(?:\d{1,2}[.)]|[-*•]) /.test(text)],
  ['url', (text) => text.includes('http://') || text.includes('https://')],
  ['table', hasTable],
  ['formula', (text) => /\\frac|\\sum|\\int|[√∑∫≤≥×÷]|\w\s?\^\s?\d|\$[^$\n]{1,80}\$/.test(text)],
  ['json', (text) => /[{[]\s{0,8}"\w{1,40}"\s{0,4}:/.test(text)],
  ['markup', (text) => /<(\w{1,20})[^<>]{0,80}>[^<]{0,400}<\/\1>/.test(text)],
  ['quote', (text) => /["“„][^"“”„\n]{40,}["”“]/.test(text)],
  [
    'errorText',
    (text) =>
      /Traceback|Exception|Error:|error:|stack ?trace|segfault|Fehlermeldung|exit code \d|\bpanic:/.test(
        text,
      ),
  ],
  ['instructionFirst', (text) => within(text.indexOf('\n\n'), 1, 240) && text.length > 440],
  ['instructionLast', (text) => text.length > 400 && text.length - text.lastIndexOf('\n') < 240],
  [
    'sql',
    (text) =>
      /\b(?:select|insert|update|create table|join)\b[^\n]{0,200}\b(?:from|into|set|on)\b/i.test(text),
  ],
  [
    'shell',
    (text) =>
      /(?:^|\n)\s{0,4}(?:\$|#|>) \w|\b(?:sudo|kubectl|docker|systemctl|terraform|ansible)\b/.test(text),
  ],
  ['salutation', (text) => /\b(?:Dear|Hi|Hello|Hallo|Liebe|Lieber|Sehr geehrte)\b[^\n]{0,40},/.test(text)],
  ['money', (text) => /[$€£]\s?\d|\d\s?(?:€|EUR|USD|dollars|euros?)\b/.test(text)],
  ['percent', (text) => /\d\s?%/.test(text)],
];

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
  const text = lastUser.slice(0, HEAD);
  const found = LOOKS.filter(([, look]) => look(text)).map(([name]) => name);
  found.push(`length${step(lastUser.length)}`, `lines${step(count(text, '\n') + 1)}`);
  found.push(`symbols${Math.min(6, Math.floor(density(text, SYMBOLS) * 40))}`);
  found.push(`digits${Math.min(6, Math.floor(density(text, DIGITS) * 25))}`);
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

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found += 1;
  return found;
}

const SYMBOLS = flags('(){}[];=<>_|&*+/\\');
const DIGITS = flags('0123456789');

function flags(characters: string): Uint8Array {
  const set = new Uint8Array(128);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}

function density(text: string, set: Uint8Array): number {
  let hits = 0;
  for (let at = 0; at < text.length; at += 1) hits += set[text.charCodeAt(at)] ?? 0;
  return hits / (text.length + 1);
}
