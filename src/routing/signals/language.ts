import { Lexicon, placesOf, type Words } from './words.ts';

/** The commonest short words of a language; texts of a few words hold some of them. */
const COMMON: Readonly<Record<string, string>> = {
  en: 'the of and to in is that for it with as was on are be this by or from at have not you what how can my me please write',
  de: 'der die das und ist nicht ein eine ich zu den mit für auf von dem wie was bitte kann mir mein einen wir sie es im auch',
  fr: 'le la les et est une des dans pour que qui pas sur avec ce vous je mon comment quel du au sont plus peux',
  es: 'el los las es una que por para con del como qué cómo mi puedes más está un al lo se en y',
  it: 'il lo gli che una per con non di come sono mi puoi della del è più questo un i e',
  pt: 'o os as é uma que para com não do da em como por meu você mais um qual são',
  nl: 'de het een en van is dat niet ik je voor met zijn op wat hoe kan mijn ook',
};
const LANGUAGES = Object.keys(COMMON);
const GERMAN = LANGUAGES.indexOf('de');
/** Each word with the places in LANGUAGES of those that have it. */
const WORDS = new Lexicon(placesOf(Object.values(COMMON)));
/** Ranges of code units by script; each is told by its own, Japanese by its syllables among the Chinese signs. */
const SCRIPTS: readonly (readonly [string, number, number])[] = [
  ['ja', 0x3040, 0x30ff],
  ['ko', 0xac00, 0xd7af],
  ['zh', 0x4e00, 0x9fff],
  ['ru', 0x0400, 0x04ff],
  ['ar', 0x0600, 0x06ff],
  ['he', 0x0590, 0x05ff],
  ['el', 0x0370, 0x03ff],
  ['th', 0x0e00, 0x0e7f],
  ['hi', 0x0900, 0x097f],
];
/** One foreign word is a quotation; the text is in a script when a good part of it is. */
const SCRIPT_SHARE = 0.15;
const SAMPLE_WORDS = 120;
const SAMPLE_CHARS = 400;

const UMLAUT = /[äöüß]/i;
/** An umlaut says half as much as a common word. */
const UMLAUT_POINTS = 0.5;

/** ISO 639-1, by script or by common words; "und" = cannot be told. */
export function languageOf(text: string, words: Words): string {
  const script = scriptOf(text.slice(0, SAMPLE_CHARS));
  if (script !== null) return script;
  const points = LANGUAGES.map(() => 0);
  const cameAt = LANGUAGES.map(() => Infinity);
  const give = (language: number, much: number, at: number): void => {
    points[language] = (points[language] ?? 0) + much;
    if (at < (cameAt[language] ?? 0)) cameAt[language] = at;
  };
  WORDS.scan(
    words,
    (languages, at) => {
      for (const language of languages) give(language, 1, at);
    },
    SAMPLE_WORDS,
  );
  // What is written with an umlaut comes after what the word itself says.
  if (UMLAUT.test(text)) for (const at of withUmlauts(words)) give(GERMAN, UMLAUT_POINTS, at + 0.5);
  let best = -1;
  for (let language = 0; language < LANGUAGES.length; language += 1) {
    const lead = (points[language] ?? 0) - (points[best] ?? 0);
    if (lead > 0 || (lead === 0 && (cameAt[language] ?? 0) < (cameAt[best] ?? 0))) best = language;
  }
  return LANGUAGES[best] ?? 'und';
}

/** The places of the words, among those that are looked at, that have one. */
function withUmlauts({ text, from, to }: Words): number[] {
  const places: number[] = [];
  for (let at = 0; at < Math.min(from.length, SAMPLE_WORDS); at += 1) {
    const end = to[at] ?? 0;
    let unit = from[at] ?? 0;
    while (unit < end && !isUmlaut(text.charCodeAt(unit))) unit += 1;
    if (unit < end) places.push(at);
  }
  return places;
}

/** Of small letters. */
function isUmlaut(unit: number): boolean {
  return unit === 0xe4 || unit === 0xf6 || unit === 0xfc || unit === 0xdf;
}

function scriptOf(text: string): string | null {
  const hits = new Map<string, number>();
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x0370) continue;
    for (const [language, low, high] of SCRIPTS) {
      if (unit >= low && unit <= high) hits.set(language, (hits.get(language) ?? 0) + 1);
    }
  }
  const found = SCRIPTS.find(([language]) => (hits.get(language) ?? 0) > text.length * SCRIPT_SHARE);
  return found?.[0] ?? null;
}
