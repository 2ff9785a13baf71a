import { wholeTokens, type Reservation } from './limiter.ts';
import type { LimiterStore } from './limiter-store.ts';

/** Held here and in Redis; the second may become known only after the request has ended. */
export class SharedReservation implements Reservation {
  readonly #store: LimiterStore;
  readonly #key: string;
  readonly #local: Reservation;
  #member: string | null = null;
  /** What became of it: tokens, or null = taken back; undefined = still open. */
  #outcome: number | null | undefined;

  constructor(store: LimiterStore, key: string, local: Reservation) {
    this.#store = store;
    this.#key = key;
    this.#local = local;
  }

  attach(member: string): void {
    this.#member = member;
    if (this.#outcome !== undefined) this.#tell(this.#outcome);
  }

  settle(actualTokens: number): void {
    this.#local.settle(actualTokens);
    this.#end(wholeTokens(actualTokens));
  }

  cancel(): void {
    this.#local.cancel();
    this.#end(null);
  }

  #end(outcome: number | null): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    if (this.#member !== null) this.#tell(outcome);
  }

  /** Fire and forget: if it is lost, the reserved tokens stand until they leave the window. */
  #tell(outcome: number | null): void {
    if (this.#member === null || !this.#store.isReady) return;
    this.#store.settle(this.#key, this.#member, outcome).catch(() => undefined);
  }
}
