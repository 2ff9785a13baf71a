import { vi } from 'vitest';

/** The process's monotonic clock, which breakers, limits and durations go by; it only ever goes forward. */
export interface Clock {
  /** As if so many ms had passed. */
  advance(ms: number): void;
  restore(): void;
}

export function createClock(): Clock {
  const now = performance.now.bind(performance);
  let ahead = 0;
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
  return {
    advance(ms) {
      ahead += ms;
    },
    restore: () => spy.mockRestore(),
  };
}
