import type { Actor } from '../identity/actor.ts';

export interface CheckStep {
  /** name_resolution, connection, models, completion, stream. */
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

export interface ProviderCheck {
  /** Never throws for what the provider does; stores status, message and time of the check. */
  check(actor: Actor, id: string): Promise<CheckResult>;
}
