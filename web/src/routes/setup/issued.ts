/** A key that has just been made. */
export interface Issued {
  readonly tenantId: string;
  readonly apiKey: string;
  /** Ms, as performance.now() counts: a new key takes up to a second to reach the gateway. */
  readonly at: number;
}
