import { guard } from './leave-guard.svelte.ts';

/**
 * A form's values beside those that are stored: how many differ, and what of them. Make it while a component is set
 * up; it asks before its page is left with changes. Values are compared as JSON.
 */
export class Draft<T extends Record<string, unknown>> {
  values: T;
  #stored: T;

  /** @param stored what the server has; again with `reset` when that changes */
  constructor(stored: T) {
    this.#stored = $state.raw(copy(stored));
    this.values = $state(copy(stored));
    $effect(() => guard.watch(() => this.changed.length > 0));
  }

  /** The names of the values that differ. */
  get changed(): (keyof T & string)[] {
    const names: (keyof T & string)[] = Object.keys(this.#stored);
    return names.filter((name) => JSON.stringify(this.values[name]) !== JSON.stringify(this.#stored[name]));
  }

  /** Only what differs: a mutation must not write back what another editor has changed. */
  get patch(): Partial<T> {
    const patch: Partial<T> = {};
    for (const name of this.changed) patch[name] = copy(this.values[name]);
    return patch;
  }

  /** Back to what is stored, or on to what the server has now. */
  reset(stored: T = this.#stored): void {
    this.#stored = copy(stored);
    this.values = copy(stored);
  }
}

/** Of plain data, also of what Svelte watches. */
function copy<T>(value: T): T {
  return $state.snapshot(value) as T;
}
