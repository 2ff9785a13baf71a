import type { MeterReading } from './meter.ts';

/** What the gateway has done since its start, in a few numbers. */
export interface Totals {
  /** Requests that ended, those that a limit refused included. */
  readonly requests: number;
  readonly errors: number;
  /** Refused by a rate limit. */
  readonly limited: number;
  readonly activeStreams: number;
}

/** Sums the meter's series. */
export function totalsOf(reading: MeterReading): Totals {
  let ended = 0;
  let errors = 0;
  for (const { requests } of reading.series) {
    ended += requests.success + requests.error + requests.aborted;
    errors += requests.error;
  }
  let limited = 0;
  for (const count of reading.rejections.values()) limited += count;
  return { requests: ended + limited, errors, limited, activeStreams: reading.activeStreams };
}
