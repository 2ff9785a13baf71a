import { vi } from 'vitest';

/** Puts the process's monotonic clock forward, as if so many ms had passed: breakers, limits and durations see it. */
export function advanceClock(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}
