import type { RequestTexts } from '../types.ts';

/** Edits that change nothing about what is asked: a router must not change its mind over them. */
export const HARMLESS: Readonly<Record<string, (text: string) => string>> = {
  'lower case': (text) => text.toLowerCase(),
  'no full stop': (text) => text.replace(/[.!]\s*$/, ''),
  'a greeting before': (text) => `Hi! ${text}`,
  'a thank-you after': (text) => `${text.trimEnd()} Thanks!`,
  'a typo': (text) => swapped(text),
  'blank lines': (text) => `\n${text}\n\n`,
};

/** Two letters of the longest word of the middle swapped, as fingers do. */
function swapped(text: string): string {
  const words = [...text.matchAll(/\p{L}{6,}/gu)];
  const word = words[Math.floor(words.length / 2)];
  if (word === undefined) return text;
  const at = word.index + 2;
  return `${text.slice(0, at)}${text[at + 1] ?? ''}${text[at] ?? ''}${text.slice(at + 2)}`;
}

export function edited(texts: RequestTexts, edit: (text: string) => string): RequestTexts {
  return { ...texts, lastUser: edit(texts.lastUser) };
}
