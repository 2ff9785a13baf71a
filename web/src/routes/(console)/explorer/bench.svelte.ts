import { keepDraft, keepHistory, readDraft, readHistory, remember } from './history.ts';
import type { Past } from './history.ts';
import { operationsOf, prettify, readVariables } from './operations.ts';
import type { Operation } from './operations.ts';
import { follow, runOnce } from './run.ts';
import type { Answer } from './send.ts';

const WELCOME = `# Ctrl-Space completes, Ctrl-Enter runs. Everything runs as you, so mutations change things.
query Me {
  me {
    username
    role
    permissions
    tenants {
      id
      name
    }
  }
}
`;

/** Events of a subscription that are kept on screen; the newest first. */
const MOST_EVENTS = 50;

interface Event {
  readonly at: string;
  readonly data: unknown;
}

/** What is asked, and what came back. */
export class Bench {
  query = $state('');
  variables = $state('');
  /** The name of the operation to run, where there are several. */
  wanted = $state('');
  answer = $state.raw<Answer | null>(null);
  events = $state.raw<readonly Event[]>([]);
  /** Of all events; more than are kept. */
  eventCount = $state(0);
  live = $state<'connecting' | 'open' | 'lost' | null>(null);
  running = $state(false);
  history = $state.raw<readonly Past[]>(readHistory());

  readonly operations = $derived<readonly Operation[]>(operationsOf(this.query) ?? []);
  readonly chosen = $derived<Operation | null>(
    this.operations.find(({ name }) => name === this.wanted) ?? this.operations[0] ?? null,
  );
  readonly parsedVariables = $derived(readVariables(this.variables));
  /** Why nothing can be run now; null = it can. */
  readonly refused = $derived.by((): string | null => {
    if (this.query.trim() === '') return 'There is nothing to run yet.';
    if (this.chosen === null) return 'The query cannot be read yet: what is wrong is underlined.';
    return this.parsedVariables === null ? 'The variables are no JSON object yet.' : null;
  });
  /** What the result pane shows. */
  readonly result = $derived.by((): string => {
    if (this.events.length > 0) return JSON.stringify(this.events, null, 2);
    if (this.answer === null) return '';
    const { body } = this.answer;
    return typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  });

  #end: (() => void) | null = null;

  /** @param given from the address; else what was typed last */
  constructor(given: { query: string | null; variables: string | null }) {
    const draft = given.query === null ? readDraft() : null;
    this.query = given.query ?? draft?.query ?? WELCOME;
    this.variables = given.variables ?? draft?.variables ?? '';
    $effect(() => {
      const typed = { query: this.query, variables: this.variables };
      const timer = setTimeout(() => keepDraft(typed), 300);
      return () => clearTimeout(timer);
    });
  }

  run(): void {
    const { chosen, parsedVariables } = this;
    if (chosen === null || parsedVariables === null) return;
    this.stop();
    this.events = [];
    this.eventCount = 0;
    this.history = remember(this.history, { query: this.query, variables: this.variables, at: Date.now() });
    const run = { text: this.query, operation: chosen, variables: parsedVariables };
    this.running = true;
    if (chosen.kind === 'subscription') this.#follow(run);
    else void this.#ask(run);
  }

  stop(): void {
    this.#end?.();
    this.#end = null;
    this.running = false;
    this.live = null;
  }

  /** Another text in its place; what was there is one step back in the editor. */
  replace(query: string, variables: string): void {
    this.query = query;
    this.variables = variables;
  }

  prettify(): void {
    this.query = prettify(this.query);
    const { parsedVariables } = this;
    if (parsedVariables !== null && this.variables.trim() !== '')
      this.variables = JSON.stringify(parsedVariables, null, 2);
  }

  /** Nothing, to forget it all. */
  keep(history: readonly Past[]): void {
    this.history = keepHistory(history);
  }

  async #ask(run: Parameters<typeof runOnce>[0]): Promise<void> {
    const control = new AbortController();
    this.#end = () => control.abort();
    try {
      const answer = await runOnce(run, control.signal);
      if (!control.signal.aborted) this.answer = answer;
    } catch (error) {
      // Stopped: the old answer stays.
      if (!control.signal.aborted) throw error;
      return;
    }
    if (!control.signal.aborted) this.stop();
  }

  #follow(run: Parameters<typeof follow>[0]): void {
    this.answer = null;
    this.live = 'connecting';
    const stop = follow(run, {
      data: (data) => {
        this.live = 'open';
        this.eventCount += 1;
        this.events = [{ at: new Date().toISOString(), data }, ...this.events].slice(0, MOST_EVENTS);
      },
      state: (state) => (this.live = state),
      end: (problem) => {
        this.answer = { status: 0, ms: 0, requestId: null, bytes: 0, body: { ended: problem } };
        this.stop();
      },
    });
    this.#end = stop;
  }
}
