import type { Endpoint } from '../providers/adapter.ts';
import type { Upstream } from '../providers/http.ts';
import { explainFailure, redact } from './provider-failure.ts';

export interface CheckStep {
  /** settings, name_resolution, tls, connection, credentials, path, models, completion or stream. */
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly ms: number;
  /** What the provider answered last, in its own words and without our secrets; only of a step that failed. */
  readonly upstream?: string;
}

/** A change of the settings that is likely to help. */
export interface CheckMend {
  /** For a button: "Use https://". */
  readonly label: string;
  /** Where in the input: "config.baseUrl". */
  readonly path: string;
  /** Null = it has to be typed. */
  readonly value: string | null;
}

export interface CheckResult {
  readonly success: boolean;
  readonly log: readonly CheckStep[];
  /** The likely mend, in one sentence; only when something failed. */
  readonly suggestion?: string;
  /** The same for programs, where there is one change that would do it. */
  readonly mend?: CheckMend;
}

/** Told while a check runs. Neither may throw. */
export interface CheckWatch {
  began(step: string): void;
  ended(step: CheckStep): void;
}

export interface Outcome<T> {
  readonly value: T;
  readonly detail: string;
}

/** Where a check stopped. */
export interface CheckFailure {
  readonly step: string;
  readonly error: unknown;
  readonly suggestion: string;
}

/** Notes what each step did and how long it took; after a failure the later steps are not tried. */
export interface CheckRun {
  /** Null = it failed; `mend` knows better than the failure itself what would help. */
  step<T>(
    name: string,
    endpoint: Endpoint | null,
    work: () => Outcome<T> | Promise<Outcome<T>>,
    mend?: (error: unknown) => string | null | Promise<string | null>,
  ): Promise<T | null>;
  /** A step that went well and was timed elsewhere. */
  note(name: string, detail: string, ms: number): void;
  readonly failure: CheckFailure | null;
  result(mend?: CheckMend | null): CheckResult;
}

export interface CheckRunDeps {
  readonly clock: () => Date;
  /** What was answered since it was asked last; null = nothing. */
  readonly answered?: () => string | null;
  readonly watch?: CheckWatch | undefined;
}

export function createCheckRun({ clock, answered = () => null, watch }: CheckRunDeps): CheckRun {
  const log: CheckStep[] = [];
  let failure: CheckFailure | null = null;

  function add(step: CheckStep): void {
    log.push(step);
    watch?.ended(step);
  }

  return {
    get failure() {
      return failure;
    },
    async step(name, endpoint, work, mend) {
      const began = clock().getTime();
      watch?.began(name);
      try {
        const { value, detail } = await work();
        // What the connection was answered is what the next step judges.
        if (name !== 'connection') answered();
        add({ step: name, ok: true, detail, ms: clock().getTime() - began });
        return value;
      } catch (error) {
        const ms = clock().getTime() - began;
        const note = explainFailure(error, endpoint);
        const upstream = answered();
        add({
          step: name,
          ok: false,
          detail: note.detail,
          ms,
          ...(upstream === null ? {} : { upstream: redact(upstream, endpoint) }),
        });
        failure = { step: name, error, suggestion: (await mend?.(error)) ?? note.suggestion };
        return null;
      }
    },
    note(name, detail, ms) {
      add({ step: name, ok: true, detail, ms });
    },
    result(mend = null) {
      if (failure === null) return { success: true, log };
      const { suggestion } = failure;
      return { success: false, log, suggestion, ...(mend === null ? {} : { mend }) };
    },
  };
}

const MAX_ANSWER = 8_000;

/** Passes everything on, and keeps the last answer as text: its status, then its body. */
export function createAnswerMemory({ send }: Pick<Upstream, 'send'>): Pick<Upstream, 'send'> & {
  take(): string | null;
} {
  let last: string | null = null;
  return {
    async send(request, options) {
      const answer = await send(request, options);
      const body = answer.body.toString('utf8', 0, 4 * MAX_ANSWER);
      const cut = body.length > MAX_ANSWER ? `${body.slice(0, MAX_ANSWER)}…` : body;
      last = `HTTP ${answer.status}\n\n${cut}`.trimEnd();
      return answer;
    },
    take() {
      const text = last;
      last = null;
      return text;
    },
  };
}
