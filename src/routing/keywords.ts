/**
 * The patterns of rules: words and phrases, with "*" at the beginning or end where anything may go on. There is no
 * more to them, so however many there are, one pass over a text finds them all: time grows with the text and no
 * pattern can make it grow faster.
 *
 *     audit            the word, not "auditor"
 *     secur*           every word that begins so
 *     *injection       every word that ends so
 *     data protect*    a phrase; any white space counts as one blank
 */

export const MAX_KEYWORD_LENGTH = 100;

/** What of regular expressions cannot be meant as plain text. */
const EXPRESSION = /\.[*+]|\\[bBdDsSwW](?![A-Za-z])|\(\?|[)\]][*+]|\{\d+,?\d*\}/;

/** What is wrong with a pattern, as the end of a sentence that begins with the field's path; null = nothing. */
export function keywordProblem(pattern: string): string | null {
  if (!pattern.isWellFormed() || /\p{Cc}/u.test(pattern)) return 'must be one line of valid Unicode';
  if (pattern !== pattern.trim()) return 'must not begin or end with white space';
  if (EXPRESSION.test(pattern)) {
    return 'must be plain words: there are no regular expressions; "*" at the beginning or end stands for the rest of a word';
  }
  const { literal } = parse(pattern);
  if (literal.includes('*')) return 'may hold "*" at its beginning and end only';
  return literal.trim() === '' ? 'must hold more than "*"' : null;
}

interface Parsed {
  readonly literal: string;
  /** Something may go on before or behind it. */
  readonly openStart: boolean;
  readonly openEnd: boolean;
}

function parse(pattern: string): Parsed {
  const openStart = pattern.startsWith('*');
  const openEnd = pattern.length > 1 && pattern.endsWith('*');
  return { literal: pattern.slice(openStart ? 1 : 0, openEnd ? -1 : undefined), openStart, openEnd };
}

/** Finds which of the patterns occur in a text, by their indexes. */
export type KeywordMatcher = (text: string) => ReadonlySet<number>;

/** Compiles patterns that `keywordProblem` has nothing against into one automaton (Aho and Corasick, 1975). */
export function compileKeywords(
  patterns: readonly string[],
  { caseless }: { readonly caseless: boolean },
): KeywordMatcher {
  const root = new Node(null);
  for (const [index, pattern] of patterns.entries()) add(root, index, parse(pattern), caseless);
  link(root);

  return (raw) => {
    const found = new Set<number>();
    if (root.children.size === 0) return found;
    const text = plain(raw, caseless);
    let node = root;
    for (let at = 0; at < text.length; at += 1) {
      node = step(node, text.charCodeAt(at));
      for (let hit: Node | null = node; hit !== null; hit = hit.nextHit) {
        for (const end of hit.ends)
          if (!found.has(end.index) && stands(text, at + 1, end)) found.add(end.index);
      }
    }
    return found;
  };
}

interface End {
  readonly index: number;
  readonly length: number;
  /** It must stand at the beginning, or end, of a word. */
  readonly startsWord: boolean;
  readonly endsWord: boolean;
}

class Node {
  readonly children = new Map<number, Node>();
  readonly ends: End[] = [];
  /** Where to go on when no child fits; null = the root itself. */
  fail: Node | null;
  /** The next shorter pattern that ends here, too. */
  nextHit: Node | null = null;

  constructor(fail: Node | null) {
    this.fail = fail;
  }
}

function add(root: Node, index: number, { literal, openStart, openEnd }: Parsed, caseless: boolean): void {
  const text = plain(literal, caseless);
  let node = root;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    let child = node.children.get(unit);
    if (child === undefined) node.children.set(unit, (child = new Node(root)));
    node = child;
  }
  if (node === root) return;
  const startsWord = !openStart && isWord(text, 0);
  const endsWord = !openEnd && isWord(text, before(text, text.length));
  node.ends.push({ index, length: text.length, startsWord, endsWord });
}

/** Breadth first: the links of shorter texts are there when those of longer ones need them. */
function link(root: Node): void {
  const queue = [...root.children.values()];
  for (const node of queue) {
    for (const [unit, child] of node.children) {
      child.fail = step(node.fail ?? root, unit);
      child.nextHit = child.fail.ends.length > 0 ? child.fail : child.fail.nextHit;
      queue.push(child);
    }
  }
}

function step(from: Node, unit: number): Node {
  let node = from;
  for (;;) {
    const child = node.children.get(unit);
    if (child !== undefined) return child;
    if (node.fail === null) return node;
    node = node.fail;
  }
}

/** Text and patterns in one form: composed characters, one blank for any white space, lower case where case is no matter. */
function plain(text: string, caseless: boolean): string {
  const form = text.normalize('NFC').replaceAll(/\s+/g, ' ');
  return caseless ? form.toLowerCase() : form;
}

function stands(text: string, end: number, { length, startsWord, endsWord }: End): boolean {
  const start = end - length;
  if (startsWord && start > 0 && isWord(text, before(text, start))) return false;
  return !(endsWord && end < text.length && isWord(text, end));
}

/** Where the character before a place begins. */
function before(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 2 : at - 1;
}

const WORD = /^[\p{L}\p{M}\p{N}_]/u;
/** Scripts that put no blanks between words: there, every character may be the end of one. */
const UNSPACED = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;

function isWord(text: string, at: number): boolean {
  const point = text.codePointAt(at);
  if (point === undefined) return false;
  if (point < 128) return ASCII_WORD[point] === true;
  const character = String.fromCodePoint(point);
  return WORD.test(character) && !UNSPACED.test(character);
}

const ASCII_WORD: readonly boolean[] = Array.from({ length: 128 }, (_, point) =>
  /\w/.test(String.fromCharCode(point)),
);
