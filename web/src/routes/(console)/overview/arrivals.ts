const MINUTE = 60_000;

/** Counts what came within the last minute, by the second. Times in milliseconds since 1970. */
export class Arrivals {
  readonly #start: number;
  readonly #bySecond = new Map<number, number>();

  constructor(start: number) {
    this.#start = start;
  }

  add(at: number): void {
    const second = Math.floor(at / 1000);
    this.#bySecond.set(second, (this.#bySecond.get(second) ?? 0) + 1);
  }

  within(now: number): number {
    const first = Math.floor((now - MINUTE) / 1000);
    let count = 0;
    for (const [second, some] of this.#bySecond) {
      if (second <= first) this.#bySecond.delete(second);
      else count += some;
    }
    return count;
  }

  /** Seconds that have been counted; null = the whole minute. */
  since(now: number): number | null {
    const length = now - this.#start;
    return length >= MINUTE ? null : Math.max(1, Math.round(length / 1000));
  }
}
