import { entriesOf, Lexicon, type Words } from './words.ts';

/** How much a phrase complains about the answers before. */
const COMPLAINTS = new Lexicon(
  entriesOf({
    strong: `still wrong, still doesn't work, still does not work, still not working, that's wrong, that is wrong,
      not what i asked, you already said, wrong again, completely wrong, i already told, you're not listening,
      useless, immer noch falsch, geht immer noch, funktioniert immer noch, das ist falsch, stimmt nicht,
      schon wieder, völlig falsch, habe ich doch, nutzlos, das hatte ich`,
    mild: `again, doesn't work, does not work, not working, try again, incorrect, no that, wrong, funktioniert nicht,
      geht nicht, nochmal, noch einmal, falsch, klappt nicht, ugh, wtf, come on`,
  }),
);
const WEIGHT = { strong: 0.6, mild: 0.2 };
const MAX_WORDS = 120;

/** 0 to 1; only somebody who has had an answer can complain about it. */
export function frustrationOf(words: Words, text: string, turns: number): number {
  if (turns < 2 || words.from.length > MAX_WORDS) return 0;
  let sum = 0;
  COMPLAINTS.scanDistinct(words, (kind) => (sum += WEIGHT[kind]));
  if (sum > 0 && /[!?]{2}/.test(text.slice(0, 500))) sum += 0.2;
  return Math.min(1, Math.round(sum * 100) / 100);
}

const LENGTHS = new Lexicon(
  entriesOf({
    long: `essay, article, blog post, report, in detail, detailed, comprehensive, long, thorough, step by step,
      full implementation, chapter, whitepaper, tutorial, guide, complete, at least 1000, at least 500, 1000 words,
      2000 words, 500 words, in-depth, aufsatz, artikel, bericht, ausführlich, ausführliche, detailliert,
      detaillierte, umfassend, umfassende, schritt für schritt, vollständige, kapitel, leitfaden, anleitung`,
    short: `briefly, in one sentence, one sentence, one word, yes or no, short, tl dr, tldr, one line, just the answer,
      only the answer, in a few words, single word, kurz, in einem satz, ein wort, ja oder nein, nur die antwort,
      knapp, stichwort`,
  }),
);

/** What the request asks for, else by what it allows; most answers are of medium length. */
export function outputLengthOf(words: Words, maxOutputTokens: number | null): 'short' | 'medium' | 'long' {
  let long = 0;
  let short = 0;
  LENGTHS.scanDistinct(words, (kind) => (kind === 'long' ? (long += 1) : (short += 1)));
  if (maxOutputTokens !== null && maxOutputTokens <= 64) return 'short';
  if (short > long) return 'short';
  return long > 0 ? 'long' : 'medium';
}
