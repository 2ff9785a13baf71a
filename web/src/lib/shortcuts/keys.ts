/** What one does with keys: `?`, `j`, `Mod+k`, or two after each other, `g r`. */
export interface Shortcut {
  readonly keys: string;
  /** As the list of shortcuts says it: "Next request". */
  readonly label: string;
  readonly run: () => void;
}

/** What a key press is looked at by. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** So long the second key of two may take. */
const NEXT_KEY_MS = 1_000;

/** Makes the function that finds what a press means; it remembers the first of two keys. */
export function createMatcher(
  now: () => number,
): (press: KeyPress, list: readonly Shortcut[]) => Shortcut | null {
  let first = '';
  let firstAt = 0;
  return (press, list) => {
    const step = stepOf(press);
    const before = now() - firstAt <= NEXT_KEY_MS ? first : '';
    first = '';
    const both = before === '' ? undefined : list.find(({ keys }) => keys === `${before} ${step}`);
    const found = both ?? list.find(({ keys }) => keys === step);
    if (found !== undefined) return found;
    if (list.some(({ keys }) => keys.startsWith(`${step} `))) {
      first = step;
      firstAt = now();
    }
    return null;
  };
}

function stepOf({ key, ctrlKey, metaKey, altKey }: KeyPress): string {
  const name = key.length === 1 ? key.toLowerCase() : key;
  if (altKey) return `Alt+${name}`;
  return ctrlKey || metaKey ? `Mod+${name}` : name;
}

const TYPED_INTO = [
  'input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=reset], [type=range], [type=file])',
  'textarea',
  'select',
  '[contenteditable]:not([contenteditable=false])',
  '[role=textbox]',
  '[role=searchbox]',
  '[role=combobox]',
  // Letters choose an entry there.
  '[role=menu]',
  '[role=listbox]',
  '.cm-editor',
  '.monaco-editor',
  '.graphiql-container',
].join(', ');

/** Whether keys go into a field, an editor or a list: then no shortcut may take them. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPED_INTO) !== null;
}

/** As it is printed on keys: `Mod+k` → "Ctrl K", on a Mac "⌘ K". */
export function keyNames(keys: string, isMac: boolean): string[] {
  return keys.split(/[ +]/).map((key) => {
    if (key === 'Mod') return isMac ? '⌘' : 'Ctrl';
    return NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  });
}

const NAMES: Readonly<Record<string, string>> = { Escape: 'Esc', ArrowUp: '↑', ArrowDown: '↓', Enter: '↵' };
