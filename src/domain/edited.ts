import { AppError } from '../errors.ts';

/**
 * Two people edit the same thing: the second is told, and writes nothing over the first. `base` is the `updatedAt` of
 * what was edited; missing = whatever there is. Call it with the row locked. Throws conflict.
 */
export function requireUnchanged(
  noun: string,
  { updatedAt }: { readonly updatedAt: Date },
  base: Date | null | undefined,
): void {
  if (base == null || base.getTime() === updatedAt.getTime()) return;
  throw new AppError(
    'conflict',
    `This ${noun} has been changed since you began. Look at what has changed, then save again.`,
    { fields: [{ path: 'baseUpdatedAt', message: 'is not when it was last changed' }] },
  );
}
