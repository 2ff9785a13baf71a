import type { ServerResponse } from 'node:http';

/** Writes; resolves when there is room for more, or nobody there. */
export function sendText(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return Promise.resolve();
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

/**
 * Writes a last word and breaks the answer off, so that nobody takes it for whole; resolves when it is closed.
 * `waitMs`: so long a client that takes nothing may keep it open.
 */
export async function breakOff(response: ServerResponse, lastWord: string, waitMs: number): Promise<void> {
  if (response.destroyed) return;
  const closed = new Promise<void>((resolve) => response.once('close', () => resolve()));
  response.setTimeout(waitMs);
  response.write(lastWord, () => response.destroy());
  await closed;
}
