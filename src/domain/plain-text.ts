import { z } from 'zod';

/** Text of people, several lines if they like, in characters that a database can hold: no NUL, no half surrogates. */
export function plainText(max: number, min = 0) {
  return z
    .string()
    .min(min)
    .max(max)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must be valid Unicode without NUL');
}
