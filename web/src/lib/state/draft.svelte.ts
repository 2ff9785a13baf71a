import { beforeNavigate } from '$app/navigation';

/**
 * A form's values beside those that are stored: how many differ, and what of them. Make it while a component is set
 * up; it asks before its page is left with changes. Values are compared as JSON.
 */
export class Draft<T extends Record<string, unknown>> {
  values: T;
  #stored: T;

  /** @param stored what the server has; again with `reset` when that changes */
  constructor(stored: T) {
    this.#stored = $state.raw(stored);
    this.values = $state(copy(stored));
    beforeNavigate((navigation) => {
      if (this.changed.length === 0) return;
      // Leaving the console altogether: the browser asks in its own words.
      if (navigation.willUnload) navigation.cancel();
      else if (
        navigation.to?.url.pathname !== navigation.from?.url.pathname &&
        !guard.mayLeave(navigation.to?.url ?? null)
      )
        navigation.cancel();
    });
  }

  /** The names of the values that differ. */
  get changed(): (keyof T & string)[] {
    const names: (keyof T & string)[] = Object.keys(this.#stored);
    return names.filter((name) => JSON.stringify(this.values[name]) !== JSON.stringify(this.#stored[name]));
  }

  /** Only what differs: a mutation must not write back what another editor has changed. */
  get patch(): Partial<T> {
    const patch: Partial<T> = {};
    for (const name of this.changed) patch[name] = $state.snapshot(this.values[name]) as T[keyof T & string];
    return patch;
  }

  /** Back to what is stored, or on to what the server has now. */
  reset(stored: T = this.#stored): void {
    this.#stored = stored;
    this.values = copy(stored);
  }
}

function copy<T>(value: T): T {
  return structuredClone(value);
}

/** Where one wanted to go from a page with unsaved changes; the layout asks. */
class LeaveGuard {
  asked = $state.raw<URL | null>(null);
  #allowed: string | null = null;

  mayLeave(to: URL | null): boolean {
    if (to === null || to.href === this.#allowed) {
      this.#allowed = null;
      return true;
    }
    this.asked = to;
    return false;
  }

  /** The answer was "leave": returns where to. */
  allow(): string | null {
    const to = this.asked?.href ?? null;
    this.#allowed = to;
    this.asked = null;
    return to;
  }

  stay(): void {
    this.asked = null;
  }
}

export const guard = new LeaveGuard();
