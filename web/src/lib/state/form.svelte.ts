import type { Outcome, Problem } from '#lib/graphql/outcome.ts';

/** Sends a form once at a time and keeps what the server found wrong with it. */
export class Form {
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);

  /** The data, or null when it failed: then `problem` says why. */
  async send<T>(work: () => Promise<Outcome<T>>): Promise<T | null> {
    if (this.busy) return null;
    this.busy = true;
    try {
      const outcome = await work();
      this.problem = outcome.ok ? null : outcome.problem;
      return outcome.ok ? outcome.data : null;
    } finally {
      this.busy = false;
    }
  }

  /** What is wrong with one field. The server names fields by their path in the input: `config.baseUrl`. */
  at(path: string): string | null {
    return this.problem?.fields.find((field) => field.path === path)?.message ?? null;
  }

  /** The problem itself, unless every part of it is shown beside a field that this form has. */
  beside(...paths: readonly string[]): Problem | null {
    if (this.problem === null) return null;
    const { fields } = this.problem;
    return fields.length > 0 && fields.every((field) => paths.includes(field.path)) ? null : this.problem;
  }
}
