/** Something that can be found. */
export interface Findable {
  readonly label: string;
  /** Also found by it: a slug, the prefix of a key. */
  readonly words?: string;
}

/** What belongs together. */
export interface FindableGroup<E extends Findable> {
  readonly title: string;
  /** Of it, at most so many are shown at a time. */
  readonly most: number;
  readonly list: readonly E[];
}

/** Letters in their order are a guess; it is made only where nothing is called so. */
const GUESS = 0.5;

/**
 * What is found of each group, the best first, groups and members alike; without a query, the first ones as they come.
 * Groups of which nothing is found fall away.
 */
export function rank<E extends Findable, G extends FindableGroup<E>>(
  groups: readonly G[],
  query: string,
): G[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') {
    return groups.map((group) => ({ ...group, list: group.list.slice(0, group.most) })).filter(isFilled);
  }
  const scored = groups.map((group) => ({
    group,
    found: group.list
      .map((entry) => ({ entry, score: scoreOf(entry, wanted) }))
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score),
  }));
  const best = Math.max(0, ...scored.map(({ found }) => found[0]?.score ?? 0));
  const least = best >= GUESS ? GUESS : 0;
  return scored
    .toSorted((a, b) => (b.found[0]?.score ?? 0) - (a.found[0]?.score ?? 0))
    .map(({ group, found }) => {
      const list = found.filter(({ score }) => score >= least).map(({ entry }) => entry);
      return { ...group, list: list.slice(0, group.most) };
    })
    .filter(isFilled);
}

function isFilled({ list }: { readonly list: readonly unknown[] }): boolean {
  return list.length > 0;
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
