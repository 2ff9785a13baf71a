const GREETING =
  /^(?:(?:hi|hello|hey|hallo|moin|servus|good (?:morning|afternoon|evening)|guten (?:morgen|tag|abend)|dear (?:assistant|all|team))(?: (?:there|all|zusammen|everyone))?[!,.\s]{1,4}){1,2}/i;
const THANKS =
  /[\s.,!]{1,4}(?:(?:many )?thanks(?: (?:a lot|so much|in advance))?|thank you(?: (?:very much|so much|in advance))?|thx|danke(?: (?:dir|schön|im voraus))?|vielen dank(?: im voraus)?|cheers)[\s.!]{0,4}$/i;
/** With less left than this, the greeting was what it was about. */
const ENOUGH = 12;
const TAIL = 60;

/** What is said, without what politeness puts around it: a greeting before a question does not make it small talk. */
export function essenceOf(text: string): string {
  const trimmed = text.trim();
  const greeting = GREETING.exec(trimmed.slice(0, TAIL))?.[0].length ?? 0;
  const body = trimmed.length - greeting >= ENOUGH ? trimmed.slice(greeting) : trimmed;
  const thanks = THANKS.exec(body.slice(-TAIL));
  if (thanks === null) return body;
  const end = body.length - thanks[0].length;
  return end >= ENOUGH ? body.slice(0, end) + (body[end] === '.' ? '.' : '') : body;
}
