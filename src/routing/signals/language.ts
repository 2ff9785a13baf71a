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
const BY_WORD = new Map<string, string[]>();
for (const [language, words] of Object.entries(COMMON)) {
  for (const word of words.split(' ')) BY_WORD.set(word, [...(BY_WORD.get(word) ?? []), language]);
}
const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['ja', /[\u3040-\u30ff]/],
  ['ko', /[\uac00-\ud7af]/],
  ['zh', /[\u4e00-\u9fff]/],
  ['ru', /[\u0400-\u04ff]/],
  ['ar', /[\u0600-\u06ff]/],
  ['he', /[\u0590-\u05ff]/],
  ['el', /[\u0370-\u03ff]/],
  ['th', /[\u0e00-\u0e7f]/],
  ['hi', /[\u0900-\u097f]/],
];
const SAMPLE_WORDS = 120;
const SAMPLE_CHARS = 400;

/** ISO 639-1, by script or by common words; "und" = cannot be told. */
export function languageOf(text: string, words: readonly string[]): string {
  const head = text.slice(0, SAMPLE_CHARS);
  for (const [language, script] of SCRIPTS) {
    // One foreign word is a quotation; the text is in a script when a good part of it is.
    const hits = head.length - head.replaceAll(new RegExp(script, 'g'), '').length;
    if (hits > head.length * 0.15) return language;
  }
  const points = new Map<string, number>();
  for (const word of words.slice(0, SAMPLE_WORDS)) {
    for (const language of BY_WORD.get(word) ?? []) points.set(language, (points.get(language) ?? 0) + 1);
    if (/[äöüß]/.test(word)) points.set('de', (points.get('de') ?? 0) + 0.5);
  }
  let best = 'und';
  let most = 0;
  for (const [language, count] of points) {
    if (count > most) {
      best = language;
      most = count;
    }
  }
  return best;
}
