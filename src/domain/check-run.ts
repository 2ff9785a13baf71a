import type { Endpoint } from '../providers/adapter.ts';
import { explainFailure } from './provider-failure.ts';

export interface CheckStep {
  /** settings, name_resolution, tls, connection, credentials, path, models, completion or stream. */
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly ms: number;
}

export interface CheckResult {
  readonly success: boolean;
  readonly log: readonly CheckStep[];
  /** The likely mend, in one sentence; only when something failed. */
  readonly suggestion?: string;
}

export interface Outcome<T> {
  readonly value: T;
  readonly detail: string;
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
  result(): CheckResult;
}

export function createCheckRun(clock: () => Date): CheckRun {
  const log: CheckStep[] = [];
  let suggestion: string | null = null;
  return {
    async step(name, endpoint, work, mend) {
      const began = clock().getTime();
      try {
        const { value, detail } = await work();
        log.push({ step: name, ok: true, detail, ms: clock().getTime() - began });
        return value;
      } catch (error) {
        const ms = clock().getTime() - began;
        const note = explainFailure(error, endpoint);
        log.push({ step: name, ok: false, detail: note.detail, ms });
        suggestion = (await mend?.(error)) ?? note.suggestion;
        return null;
      }
    },
    note(name, detail, ms) {
      log.push({ step: name, ok: true, detail, ms });
    },
    result: () => (suggestion === null ? { success: true, log } : { success: false, log, suggestion }),
  };
}
