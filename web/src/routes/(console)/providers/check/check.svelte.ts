import { invalidate } from '$app/navigation';
import { PROVIDERS, tryProvider } from '#lib/actions/providers.ts';
import { ProviderCheckedDocument } from '#lib/generated/graphql.ts';
import type {
  ProviderCheckOutcomeFragment,
  ProviderCheckStepLineFragment,
  TryProviderInput,
} from '#lib/generated/graphql.ts';
import { listen } from '#lib/graphql/live.ts';
import type { Problem } from '#lib/graphql/outcome.ts';

/** Of a stored provider, or of settings that are not stored. */
export type CheckSubject = { readonly id: string } | { readonly input: TryProviderInput };

/**
 * Runs a check of a provider and follows it step by step. Make it while a component is set up; it ends with the
 * component, while the check itself goes on to its end on the server.
 */
export class Check {
  /** Those that have ended, in order. */
  steps = $state.raw<readonly ProviderCheckStepLineFragment[]>([]);
  /** The step that is tried now. */
  current = $state<string | null>(null);
  outcome = $state.raw<ProviderCheckOutcomeFragment | null>(null);
  /** The check itself could not be made. */
  problem = $state.raw<Problem | null>(null);
  running = $state(false);
  #stop: (() => void) | null = null;

  constructor() {
    $effect(() => () => this.#stop?.());
  }

  /** Whether there is anything to show. */
  get shown(): boolean {
    return this.running || this.outcome !== null || this.problem !== null;
  }

  /** Resolves with the outcome, or null when it could not be made: then `problem` says why. */
  run(subject: CheckSubject): Promise<ProviderCheckOutcomeFragment | null> {
    if (this.running) return Promise.resolve(null);
    this.clear();
    this.running = true;
    return new Promise((resolve) => {
      const end = (outcome: ProviderCheckOutcomeFragment | null, problem: Problem | null) => {
        this.#stop?.();
        this.#stop = null;
        this.running = false;
        this.current = null;
        this.outcome = outcome;
        this.problem = problem;
        if ('id' in subject) void invalidate(PROVIDERS);
        resolve(outcome);
      };
      this.#stop = listen(ProviderCheckedDocument, () => ({ ...subject }), {
        data: ({ providerChecked: { began, step, result } }) => {
          // The first step again: the connection was lost, and the check has been begun anew.
          if (began === 'settings') this.steps = [];
          if (began !== null) this.current = began;
          if (step !== null) {
            this.steps = [...this.steps, step];
            // It has ended: it is not tried any more, also until the next one begins.
            this.current = null;
          }
          if (result !== null) end(result, null);
        },
        end: (problem) => {
          if (problem.code !== 'bad_input' || !('input' in subject)) end(null, problem);
          // Which fields are wrong is told by the mutation.
          else
            void tryProvider(subject.input).then((tried) =>
              end(tried.ok ? tried.data : null, tried.ok ? null : tried.problem),
            );
        },
      });
    });
  }

  clear(): void {
    this.steps = [];
    this.current = null;
    this.outcome = null;
    this.problem = null;
  }
}
