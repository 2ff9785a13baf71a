const PARTS = { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 } as const;
// Made once: making one takes longer than a row has.
const TIME = new Intl.DateTimeFormat('en-GB', PARTS);
const WITH_DAY = new Intl.DateTimeFormat('en-GB', { ...PARTS, day: 'numeric', month: 'short' });

/** 14:03:12.047, in the reader's zone: for rows that come by the second. Another day than today is named. */
export function clockTime(at: string, now: number = Date.now()): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date(now).toDateString();
  return (isToday ? TIME : WITH_DAY).format(date);
}
