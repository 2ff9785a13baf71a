import { before, createFold, isWordAt, type Folded } from './folded.ts';

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

const NOTHING: ReadonlySet<number> = new Set();
/** Of the states, so many (those nearest the start, where nearly all of a text passes) know the next one of each sign. */
const TABLED_STATES = 512;
const ASCII = 128;

/** Compiles patterns that `keywordProblem` has nothing against into one automaton (Aho and Corasick, 1975). */
export function compileKeywords(
  patterns: readonly string[],
  { caseless }: { readonly caseless: boolean },
): KeywordMatcher {
  if (patterns.length === 0) return () => NOTHING;
  const fold = createFold(caseless);
  const root = new Node(null);
  for (const [index, pattern] of patterns.entries()) add(root, index, parse(pattern), fold);
  const nodes = link(root);
  const tabled = Math.min(nodes.length, TABLED_STATES);
  const table = tableOf(nodes, tabled);
  const hits = Uint8Array.from(nodes, (node) => (node.hit === null ? 0 : 1));

  return (raw) => {
    const text = fold(raw);
    const { units, length } = text;
    const found = new Set<number>();
    let state = 0;
    for (let at = 0; at < length; at += 1) {
      const unit = units[at] ?? 0;
      state =
        unit < ASCII && state < tabled
          ? (table[state * ASCII + unit] ?? 0)
          : step(nodes[state] ?? root, unit).state;
      if (hits[state] === 1) note(found, nodes[state] ?? root, text, at + 1);
    }
    return found;
  };
}

/** All patterns that end at a place. */
function note(found: Set<number>, node: Node, text: Folded, at: number): void {
  for (let hit = node.hit; hit !== null; hit = hit.nextHit)
    for (const end of hit.ends) if (!found.has(end.index) && stands(text, at, end)) found.add(end.index);
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
  /** The longest pattern that ends here: this node's own, or a shorter one's. */
  hit: Node | null = null;
  /** The next shorter pattern that ends here, too. */
  nextHit: Node | null = null;
  /** Its number, breadth first. */
  state = 0;

  constructor(fail: Node | null) {
    this.fail = fail;
  }
}

function add(
  root: Node,
  index: number,
  { literal, openStart, openEnd }: Parsed,
  fold: (text: string) => Folded,
): void {
  const text = fold(literal);
  const { units, length } = text;
  let node = root;
  for (let at = 0; at < length; at += 1) {
    const unit = units[at] ?? 0;
    let child = node.children.get(unit);
    if (child === undefined) node.children.set(unit, (child = new Node(root)));
    node = child;
  }
  if (node === root) return;
  const startsWord = !openStart && isWordAt(text, 0);
  const endsWord = !openEnd && isWordAt(text, before(text, length));
  node.ends.push({ index, length, startsWord, endsWord });
}

/** Breadth first: the links of shorter texts are there when those of longer ones need them. Returns all nodes so. */
function link(root: Node): Node[] {
  const queue = [root];
  for (const [state, node] of queue.entries()) {
    node.state = state;
    node.nextHit = node.fail?.hit ?? null;
    node.hit = node.ends.length > 0 ? node : node.nextHit;
    for (const [unit, child] of node.children) {
      child.fail = node === root ? root : step(node.fail ?? root, unit);
      queue.push(child);
    }
  }
  return queue;
}

/** What follows each of the first states, by ASCII code. */
function tableOf(nodes: readonly Node[], tabled: number): Int32Array {
  const table = new Int32Array(tabled * ASCII);
  for (const node of nodes.slice(0, tabled))
    for (let unit = 0; unit < ASCII; unit += 1) table[node.state * ASCII + unit] = step(node, unit).state;
  return table;
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

function stands(text: Folded, end: number, { length, startsWord, endsWord }: End): boolean {
  const start = end - length;
  if (startsWord && start > 0 && isWordAt(text, before(text, start))) return false;
  return !(endsWord && end < text.length && isWordAt(text, end));
}
