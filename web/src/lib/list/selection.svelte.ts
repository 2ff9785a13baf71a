import { between } from './between.ts';

/**
 * Which rows of a list are chosen. Only those that are shown count: nothing is ever done to a row that a filter hides.
 * Make it while a component is set up.
 */
export class Selection {
  #chosen = $state.raw<ReadonlySet<string>>(new Set());
  /** Where a stretch of rows begins. */
  #anchor: string | null = null;
  readonly #shown: () => readonly string[];

  /** @param shown ids of the rows that are shown, in their order */
  constructor(shown: () => readonly string[]) {
    this.#shown = shown;
  }

  /** In the order of the list. */
  get ids(): readonly string[] {
    return this.#shown().filter((id) => this.#chosen.has(id));
  }

  get all(): boolean {
    const shown = this.#shown();
    return shown.length > 0 && shown.every((id) => this.#chosen.has(id));
  }

  has(id: string): boolean {
    return this.#chosen.has(id);
  }

  /** `stretch`: all from the one that was changed last up to this one become as this one. */
  toggle(id: string, stretch = false): void {
    const on = !this.#chosen.has(id);
    const ids = stretch && this.#anchor !== null ? between(this.#shown(), this.#anchor, id) : [id];
    const next = new Set(this.#chosen);
    for (const one of ids) {
      if (on) next.add(one);
      else next.delete(one);
    }
    this.#chosen = next;
    this.#anchor = id;
  }

  chooseAll(on: boolean): void {
    this.#chosen = on ? new Set(this.#shown()) : new Set();
    this.#anchor = null;
  }
}
