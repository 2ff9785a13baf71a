import { z } from 'zod';

/** As the drain writes it: ids of new rows, and the bounds of their `at` in Unix ms. */
const schema = z.object({ from: z.number(), to: z.number(), ids: z.array(z.uuid()).min(1) });

export type LoggedNotice = z.infer<typeof schema>;

/** The payload of a notice on the channel `prism_logged`; null = it is none. */
export function parseLoggedNotice(payload: string): LoggedNotice | null {
  try {
    return schema.parse(JSON.parse(payload));
  } catch {
    return null;
  }
}
