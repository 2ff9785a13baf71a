import type { Logger } from './log.ts';

/** Undoes what has been started, in reverse; kept as a list so that a failed start leaves nothing behind. */
export type Undo = () => Promise<void> | void;

/** A step that fails is logged and keeps none of the others from being undone. */
export async function unwind(undo: Undo[], log: Logger): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
    try {
      await step();
    } catch (error) {
      log.error({ err: error }, 'stopping: a step failed');
    }
  }
}
