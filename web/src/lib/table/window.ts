/** Which rows of a table are drawn: all rows have one height, so that this is known without measuring any. */
export interface Window {
  readonly first: number;
  /** Not drawn itself. */
  readonly end: number;
}

/** Rows that are drawn beyond each edge: what a turn of the wheel may show before the next frame. */
const BEYOND = 10;

export function windowOf(top: number, viewport: number, height: number, count: number): Window {
  const first = Math.max(0, Math.min(count, Math.floor(top / height)) - BEYOND);
  return { first, end: Math.min(count, Math.ceil((top + viewport) / height) + BEYOND) };
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
