import { AppError } from '../errors.ts';

/** Who may have how many of something that takes long running in this process. */
export interface AtOnce {
  /**
   * The same items, while it counts as one of `whose`. Throws AppError too_many_attempts at its first step when as many
   * as are allowed run already.
   */
  of<Item>(
    whose: string,
    items: AsyncGenerator<Item, void, undefined>,
  ): AsyncGenerator<Item, void, undefined>;
}

/** `what`: of what there are too many, in the words of the error: "exports". */
export function createAtOnce(most: number, what: string): AtOnce {
  const running = new Map<string, number>();
  return {
    async *of(whose, items) {
      const others = running.get(whose) ?? 0;
      if (others >= most) {
        throw new AppError(
          'too_many_attempts',
          `You have ${most} ${what} running; let one of them end first.`,
        );
      }
      running.set(whose, others + 1);
      try {
        yield* items;
      } finally {
        const left = (running.get(whose) ?? 1) - 1;
        if (left > 0) running.set(whose, left);
        else running.delete(whose);
      }
    },
  };
}
