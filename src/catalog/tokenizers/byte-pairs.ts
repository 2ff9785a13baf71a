/** A byte-pair encoding: tokens as strings of bytes (one UTF-16 unit a byte), each with its rank. */
export interface BytePairs {
  readonly ranks: ReadonlyMap<string, number>;
  /** Cuts a text into the pieces that no token crosses. */
  readonly split: RegExp;
}

/** Positions below it: no text that we take has as many bytes. */
const POSITIONS = 2 ** 26;
const LONGEST_TOKEN = 128;

/**
 * How many tokens a text has; special tokens are text like any other. The pairs to be merged wait in a heap, so that a
 * piece of a million letters takes n log n steps; the usual search for the lowest rank takes n² (the library's own: 12 s
 * for 200,000 times "a").
 */
export function countTokens({ ranks, split }: BytePairs, text: string): number {
  const pattern = new RegExp(split.source, split.flags);
  let count = 0;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const [piece] = found;
    const bytes = Buffer.from(piece, 'utf8').toString('latin1');
    count += ranks.has(bytes) ? 1 : merged(ranks, bytes);
  }
  return count;
}

/** Merges neighbours, the pair of lowest rank first (of equals the leftmost), until none has one. */
function merged(ranks: ReadonlyMap<string, number>, bytes: string): number {
  const { length } = bytes;
  /** Where the part that begins here ends; 0 = no part begins here any more. */
  const ends = Uint32Array.from({ length }, (_, at) => at + 1);
  /** Where the part before the one that begins here begins. */
  const befores = Int32Array.from({ length }, (_, at) => at - 1);
  const heap: number[] = [];

  function offer(at: number): void {
    const end = ends[at] ?? 0;
    if (at < 0 || end >= length) return;
    const behind = ends[end] ?? 0;
    if (behind - at > LONGEST_TOKEN) return;
    const rank = ranks.get(bytes.slice(at, behind));
    if (rank !== undefined) push(heap, rank * POSITIONS + at);
  }

  for (let at = 0; at < length - 1; at += 1) offer(at);
  let count = length;
  for (let key = pop(heap); key !== undefined; key = pop(heap)) {
    const at = key % POSITIONS;
    const middle = ends[at] ?? 0;
    if (middle === 0 || middle >= length) continue;
    const end = ends[middle] ?? 0;
    // An offer from before one of its halves grew.
    if (ranks.get(bytes.slice(at, end)) !== (key - at) / POSITIONS) continue;
    ends[at] = end;
    ends[middle] = 0;
    if (end < length) befores[end] = at;
    count -= 1;
    offer(at);
    offer(befores[at] ?? -1);
  }
  return count;
}

function push(heap: number[], key: number): void {
  let at = heap.push(key) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] ?? 0;
    if (above <= key) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = key;
}

function pop(heap: number[]): number | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child += 1;
    const below = heap[child] ?? 0;
    if (below >= last) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return first;
}

/** Reads a table in OpenAI's form: a line for each token, its bytes in base64 and its rank. */
export function readRanks(table: string): Map<string, number> {
  const ranks = new Map<string, number>();
  for (const line of table.split('\n')) {
    const blank = line.indexOf(' ');
    if (blank > 0) {
      ranks.set(
        Buffer.from(line.slice(0, blank), 'base64').toString('latin1'),
        Number(line.slice(blank + 1)),
      );
    }
  }
  return ranks;
}
