/** What a canvas needs to know of the page it is on: it takes no tokens. */

/** Asking the page again for each line of each chart would have it work out its styles a hundred times. */
const known = new Map<string, string>();

/** A colour of the style sheets (`var(--series-1)`, a mix) as it is in this theme. `probe`: any element of ours. */
export function paint(probe: HTMLElement, color: string): string {
  const seen = known.get(color);
  if (seen !== undefined) return seen;
  probe.style.color = color;
  const found = getComputedStyle(probe).color;
  known.set(color, found);
  return found;
}

/** The theme has changed. */
export function forgetColors(): void {
  known.clear();
}

/** Calls back when the theme of the device changes, or the fonts are there that were missing. Returns what ends it. */
export function onNewLooks(changed: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', changed);
  if (document.fonts.status === 'loading') void document.fonts.ready.then(changed);
  return () => dark.removeEventListener('change', changed);
}
