import type { Shortcut } from '#lib/shortcuts/keys.ts';
import type { Selection } from './selection.svelte.ts';

const ROW = '[data-row]';

/** Of the row that has the keyboard; null = none has. */
function rowInFocus(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>(ROW) ?? null;
}

/** To the name of the next row or the one before; from outside, to the first. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(ROW)];
  const row = rowInFocus();
  const next = row === null ? rows[0] : rows[rows.indexOf(row) + by];
  next?.querySelector<HTMLElement>('.row-link')?.focus();
}

/** What the keys do in a list whose rows carry `data-row`, their id. */
export function rowShortcuts(noun: string, selection: Selection | null): readonly Shortcut[] {
  const choose = (): void => {
    const id = rowInFocus()?.dataset['row'];
    if (id === undefined) step(1);
    else selection?.toggle(id);
  };
  return [
    { keys: 'j', label: `Next ${noun}`, run: () => step(1) },
    { keys: 'k', label: `${noun[0]?.toUpperCase()}${noun.slice(1)} before`, run: () => step(-1) },
    ...(selection === null
      ? []
      : [{ keys: 'x', label: `Choose the ${noun} (with Shift: up to it)`, run: choose }]),
  ];
}

/** For the list's keydown: Shift and `x` choose all up to this row, which a shortcut cannot tell from `x` alone. */
export function chooseStretch(event: KeyboardEvent, selection: Selection): void {
  const { target, key, shiftKey, ctrlKey, metaKey, altKey } = event;
  if (key.toLowerCase() !== 'x' || !shiftKey || ctrlKey || metaKey || altKey) return;
  const id = target instanceof Element ? target.closest<HTMLElement>(ROW)?.dataset['row'] : undefined;
  if (id === undefined) return;
  event.preventDefault();
  selection.toggle(id, true);
}
