/** Something that can be found. */
export interface Findable {
  readonly label: string;
  /** Also found by it: a slug, the prefix of a key. */
  readonly words?: string;
}

/** The best first, at most so many; without a query, the first ones as they come. */
export function rank<E extends Findable>(entries: readonly E[], query: string, most: number): E[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return entries.slice(0, most);
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ entry }) => entry);
}

function scoreOf({ label, words = '' }: Findable, wanted: string): number {
  return Math.max(closeness(label.toLowerCase(), wanted), closeness(words.toLowerCase(), wanted) * 0.9);
}

/** 0 = not at all; else how soon the wanted text comes, and how much of the whole it is. */
function closeness(text: string, wanted: string): number {
  if (text === '') return 0;
  const share = Math.min(1, wanted.length / text.length) / 10;
  if (text.startsWith(wanted)) return 1 + share;
  if (startsWord(text, wanted)) return 0.8 + share;
  if (text.includes(wanted)) return 0.6 + share;
  // All words somewhere: "acme key" finds "Key of Acme".
  const parts = wanted.split(/\s+/);
  if (parts.length > 1 && parts.every((part) => text.includes(part))) return 0.5 + share;
  return inOrder(text, wanted) ? 0.2 + share : 0;
}

/** Whether its letters come in this order: "ovw" finds "overview". Too short, it would find all. */
function inOrder(text: string, wanted: string): boolean {
  if (wanted.length < 3) return false;
  let at = -1;
  for (const letter of wanted) {
    at = text.indexOf(letter, at + 1);
    if (at === -1) return false;
  }
  return true;
}

function startsWord(text: string, wanted: string): boolean {
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1))
    if (/[\s/._:-]/.test(text.charAt(at - 1))) return true;
  return false;
}
