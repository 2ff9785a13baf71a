/** Which rows of a table are drawn: all rows have one height, so that this is known without measuring any. */
export interface Window {
  readonly first: number;
  /** Not drawn itself. */
  readonly end: number;
}

/** Rows that are drawn beyond each edge: what a turn of the wheel may show before the next frame. */
const BEYOND = 10;

/** Always as many rows, as far as there are so many: then no line has to be made or thrown away for scrolling. */
export function windowOf(top: number, viewport: number, height: number, count: number): Window {
  const size = Math.ceil(viewport / height) + 1 + 2 * BEYOND;
  const first = Math.max(0, Math.min(count - size, Math.floor(top / height) - BEYOND));
  return { first, end: Math.min(count, first + size) };
}

/** How far the box has to be scrolled for a row to be in sight, as little as possible; `head` covers the top. */
export function topFor(
  index: number,
  { top, viewport, height, head }: { top: number; viewport: number; height: number; head: number },
): number {
  const begin = index * height;
  const lowest = begin + height + head - viewport;
  if (top > begin) return begin;
  return top < lowest ? lowest : top;
}
