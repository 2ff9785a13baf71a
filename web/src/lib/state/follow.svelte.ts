import type { Outcome, Problem } from '#lib/graphql/outcome.ts';

/**
 * Follows what a page's load returned. While a newer answer is on its way the old one stays, so a page shows its
 * skeleton once and then never jumps. Call it while a component is set up; it ends with the component.
 */
export class Follow<T> {
  current = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  loading = $state(true);

  constructor(source: () => Promise<Outcome<T>>) {
    $effect.pre(() => {
      const promise = source();
      let replaced = false;
      this.loading = true;
      void promise.then((outcome) => {
        if (replaced) return;
        this.loading = false;
        this.problem = outcome.ok ? null : outcome.problem;
        if (outcome.ok) this.current = outcome.data;
      });
      return () => {
        replaced = true;
      };
    });
  }
}
