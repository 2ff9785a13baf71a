import { untrack } from 'svelte';
import type { Outcome } from '#lib/graphql/outcome.ts';
import { Draft } from '#lib/state/draft.svelte.ts';
import { Form } from '#lib/state/form.svelte.ts';
import { toasts } from '#lib/state/toasts.svelte.ts';

/**
 * A part of a tenant's settings on a page: draft, form and save together. Make it while a component is set up.
 * `stored` reads what the server has; where that changes (saved here or by somebody else), the draft goes on from it.
 */
export class TenantSettings<T extends Record<string, unknown>> {
  readonly draft: Draft<T>;
  readonly form = new Form();
  readonly #write: (patch: Partial<T>) => Promise<Outcome<unknown>>;
  #seen: string;
  /** Somebody else has changed what is being edited here. */
  clash = $state(false);

  /** @param write sends the values that differ */
  constructor(stored: () => T, write: (patch: Partial<T>) => Promise<Outcome<unknown>>) {
    this.#write = write;
    this.draft = new Draft(stored());
    this.#seen = JSON.stringify(stored());
    $effect.pre(() => {
      const now = stored();
      const text = JSON.stringify(now);
      if (text === this.#seen) return;
      this.#seen = text;
      untrack(() => this.#goOnFrom(now));
    });
  }

  /** What is being edited stays on top of what the server has now. */
  #goOnFrom(stored: T): void {
    const { patch } = this.draft;
    this.clash = Object.keys(patch).length > 0;
    this.draft.reset(stored);
    Object.assign(this.draft.values, patch);
  }

  get changes(): number {
    return this.draft.changed.length;
  }

  at(path: string): string | null {
    return this.form.at(path);
  }

  discard(): void {
    this.clash = false;
    this.form.problem = null;
    this.draft.reset();
  }

  async save(): Promise<void> {
    const { patch } = this.draft;
    if (Object.keys(patch).length === 0) return;
    const sent = $state.snapshot(this.draft.values) as T;
    const saved = await this.form.send(() => this.#write(patch));
    if (saved === null) return;
    // Nothing is left to be saved; what the server has made of it is on its way.
    this.draft.reset(sent);
    this.clash = false;
    toasts.done('Saved. The gateway knows within a second.');
  }
}
