import type { Outcome, Problem } from '#lib/graphql/outcome.ts';

/**
 * Asks the same question again and again while a component is there and its page is looked at. The old answer stays
 * until the next one is there. Make it while a component is set up.
 */
export class Poll<T> {
  current = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  #asking = false;
  readonly #ask: () => Promise<Outcome<T>>;

  /** What `ask` reads of the state is followed: a change asks anew at once. */
  constructor(ask: () => Promise<Outcome<T>>, everyMs: number) {
    this.#ask = ask;
    $effect(() => {
      void this.refresh();
      const timer = setInterval(() => {
        if (document.visibilityState === 'visible') void this.refresh();
      }, everyMs);
      return () => clearInterval(timer);
    });
  }

  async refresh(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const outcome = await this.#ask().finally(() => (this.#asking = false));
    this.problem = outcome.ok ? null : outcome.problem;
    if (outcome.ok) this.current = outcome.data;
  }
}
