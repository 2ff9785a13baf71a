import type { Actor } from '../identity/actor.ts';
import type { ProviderModelResult } from './provider-models.ts';

export interface DiscoveryResult {
  /** Every model of the provider, vanished ones included (`missingSince`). */
  readonly models: readonly ProviderModelResult[];
  /** How many the provider listed. */
  readonly count: number;
}

export interface ProviderDiscovery {
  /** Throws provider_error (with what to do about it) when the provider does not answer; its status is stored all the same. */
  discover(actor: Actor, id: string): Promise<DiscoveryResult>;
}
