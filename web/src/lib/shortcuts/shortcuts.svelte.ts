import { untrack } from 'svelte';
import { createMatcher, isTyping, type Shortcut } from './keys.ts';

/** What belongs together in the list: "This page", "Go to". */
export interface ShortcutGroup {
  readonly title: string;
  readonly list: readonly Shortcut[];
}

/** All shortcuts that work now. They rest while one types; those of the console also under an open dialog. */
class Shortcuts {
  groups = $state.raw<readonly ShortcutGroup[]>([]);
  readonly #match = createMatcher(() => performance.now());

  /**
   * A page adds its own and they win over those of the console. Returns what takes them away; in a component:
   * `$effect(() => shortcuts.add('Requests', [{ keys: 'j', label: 'Next request', run: next }]))`.
   */
  add(title: string, list: readonly Shortcut[]): () => void {
    const group = { title, list };
    this.groups = [group, ...untrack(() => this.groups)];
    return () => {
      this.groups = untrack(() => this.groups).filter((other) => other !== group);
    };
  }

  /** For a window's keydown. */
  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const held = event.ctrlKey || event.metaKey;
    if (!held && isTyping(event.target)) return;
    const found = this.#match(event, this.#working());
    if (found === null) return;
    event.preventDefault();
    found.run();
  }

  #working(): readonly Shortcut[] {
    const underDialog = document.querySelector('[role=dialog][aria-modal=true], [role=alertdialog]') !== null;
    return this.groups.flatMap((group) => (underDialog && OF_CONSOLE.has(group.title) ? [] : group.list));
  }
}

/** The groups that the console itself adds. */
export const ANYWHERE = 'Anywhere';
export const GO_TO = 'Go to';
const OF_CONSOLE: ReadonlySet<string> = new Set([ANYWHERE, GO_TO]);

export const shortcuts = new Shortcuts();
