import { bodyOf, NO_PARAMETERS, problemOf } from './conversation.ts';
import type { Message, Parameters, Taken } from './conversation.ts';
import { isRouted, testOf } from './draft-rules.ts';
import type { DraftRules, DraftVerdict } from './draft-rules.ts';
import { judge } from './judge.ts';
import { afterEvent, cutRun, isRunning, newRun } from './run-state.ts';
import type { Run } from './run-state.ts';
import { send } from './send.ts';

/** More columns than this have no room to be read. */
export const MOST_COLUMNS = 4;

/** Kept in this browser, so that what is typed survives a reload. */
const STORED = 'prism.playground';

interface StoredDraft {
  messages: Message[];
  parameters: Parameters[];
  extra: string;
}

/** One model beside others: its parameters, and what it last answered. */
export class Column {
  parameters = $state<Parameters>({ ...NO_PARAMETERS });
  run = $state.raw<Run | null>(null);
  /** What rules that are not in force would have done with it; null = none were asked. */
  draft = $state.raw<DraftVerdict | null>(null);
  #abort: AbortController | null = null;

  get running(): boolean {
    return this.run !== null && isRunning(this.run);
  }

  async start(
    tenantId: string,
    body: Readonly<Record<string, unknown>>,
    rules: DraftRules | null,
  ): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.run = newRun(body);
    void this.#judge(tenantId, body, rules);
    const problem = await send(tenantId, body, abort.signal, (event) => {
      if (this.#abort === abort && this.run !== null) this.run = afterEvent(this.run, event);
    });
    if (this.#abort === abort && this.run !== null) this.run = cutRun(this.run, problem);
  }

  /** What is in force serves it; the others only say what they would do. */
  async #judge(
    tenantId: string,
    body: Readonly<Record<string, unknown>>,
    rules: DraftRules | null,
  ): Promise<void> {
    const input = rules === null || !isRouted(String(body['model'])) ? null : testOf(tenantId, body, rules);
    this.draft = input === null || rules === null ? null : { rules, answer: null, problem: null };
    if (input === null || rules === null) return;
    const { run } = this;
    const verdict = await judge(input, rules);
    // Another run may have begun meanwhile.
    if (this.run?.request === run?.request) this.draft = verdict;
  }

  stop(): void {
    this.#abort?.abort();
    if (this.run !== null) this.run = cutRun(this.run, null);
    this.#abort = null;
  }
}

/** What is typed: one conversation for all columns. */
export class Playground {
  messages = $state<Message[]>([{ role: 'user', text: '', raw: false }]);
  extra = $state('');
  columns = $state.raw<readonly Column[]>([]);

  constructor(columns: number) {
    const stored = readStored();
    if (stored !== null) {
      this.messages = stored.messages;
      this.extra = stored.extra;
    }
    this.columns = Array.from({ length: columns }, (_, index) => {
      const column = new Column();
      const parameters = stored?.parameters[index];
      if (parameters !== undefined) column.parameters = { ...NO_PARAMETERS, ...parameters };
      return column;
    });
    $effect(() => {
      const draft: StoredDraft = {
        messages: $state.snapshot(this.messages),
        parameters: this.columns.map(({ parameters }) => $state.snapshot(parameters)),
        extra: this.extra,
      };
      try {
        localStorage.setItem(STORED, JSON.stringify(draft));
      } catch {
        // Full, or switched off: the page works without.
      }
    });
    $effect(() => () => this.stop());
  }

  get problem(): string | null {
    return problemOf(this.messages, this.extra);
  }

  get running(): boolean {
    return this.columns.some((column) => column.running);
  }

  /** As many columns as the address names models. */
  resize(count: number): void {
    if (count === this.columns.length) return;
    this.columns.slice(count).forEach((column) => column.stop());
    const more = Array.from({ length: Math.max(0, count - this.columns.length) }, () => new Column());
    this.columns = [...this.columns.slice(0, count), ...more];
  }

  remove(index: number): void {
    this.columns[index]?.stop();
    this.columns = this.columns.filter((_, at) => at !== index);
  }

  /** `rules` say beside each answer that the gateway routed what they would have done. */
  run(tenantId: string, models: readonly string[], rules: DraftRules | null, only?: number): void {
    if (this.problem !== null) return;
    for (const [index, column] of this.columns.entries()) {
      const model = models[index];
      if (model === undefined || model.trim() === '' || (only !== undefined && only !== index)) continue;
      void column.start(tenantId, this.bodyFor(model, column), rules);
    }
  }

  bodyFor(model: string, { parameters }: Column): Record<string, unknown> {
    return bodyOf(model, this.messages, parameters, this.extra);
  }

  stop(): void {
    this.columns.forEach((column) => column.stop());
  }

  /** The answer becomes part of the conversation, and there is room for the next question. */
  goOn(answer: string): void {
    this.messages = [
      ...this.messages,
      { role: 'assistant', text: answer, raw: false },
      { role: 'user', text: '', raw: false },
    ];
  }

  take({ messages, parameters, extra }: Taken): void {
    this.messages = messages;
    this.extra = extra;
    const [first] = this.columns;
    if (first !== undefined) first.parameters = parameters;
  }

  clear(): void {
    this.stop();
    this.messages = [{ role: 'user', text: '', raw: false }];
    this.extra = '';
    this.columns.forEach((column) => {
      column.run = null;
      column.draft = null;
      column.parameters = { ...NO_PARAMETERS };
    });
  }
}

function readStored(): StoredDraft | null {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED) ?? 'null');
    return isDraft(stored) ? stored : null;
  } catch {
    return null;
  }
}

function isDraft(value: unknown): value is StoredDraft {
  if (typeof value !== 'object' || value === null) return false;
  if (!('messages' in value && 'parameters' in value && 'extra' in value)) return false;
  const { messages, parameters, extra } = value;
  return (
    Array.isArray(messages) && messages.length > 0 && Array.isArray(parameters) && typeof extra === 'string'
  );
}
