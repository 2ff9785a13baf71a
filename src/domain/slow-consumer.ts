import { AppError } from '../errors.ts';

/** More waits for a subscriber than may. `cursor`: where it can go on; null = it was given nothing yet. */
export class SlowConsumerError extends AppError {
  readonly cursor: string | null;

  constructor(cursor: string | null, waiting: number) {
    super(
      'slow_consumer',
      `More than ${waiting} events were waiting for this subscription: it takes less than there is. ` +
        'Subscribe again after the cursor, or ask for less with a filter.',
    );
    this.cursor = cursor;
  }
}
