import fs from 'node:fs/promises';
import path from 'node:path';

import type { Logger } from '../log.ts';

/** More than this is a flood, not an accident: further lines are only counted and logged. */
const MAX_BYTES = 64 << 20;

/** Where lines go that can never be stored, with the reason: nothing is thrown away in silence, nothing blocks. */
export interface Quarantine {
  /** Moves one line aside. Throws when it cannot be written: the line must then stay where it is. */
  put(line: Buffer, segment: string, reason: string): Promise<void>;
  /** How many so far. */
  readonly count: number;
}

/** `<dataDir>/journal/<file>.corrupt`: one JSON object a line, `{at, segment, reason, line}`. */
export function createQuarantine(options: {
  readonly file: string;
  readonly log: Logger;
  readonly now: () => number;
}): Quarantine {
  const { file, log, now } = options;
  let count = 0;
  let bytes = 0;
  return {
    get count() {
      return count;
    },
    async put(line, segment, reason) {
      const name = path.basename(segment);
      log.error(
        { segment: name, reason, file },
        'a line of the request journal cannot be stored and is put aside',
      );
      if (bytes + line.length <= MAX_BYTES) {
        const entry = { at: new Date(now()).toISOString(), segment: name, reason, line: line.toString() };
        await fs.appendFile(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
        bytes += line.length;
      }
      count += 1;
    },
  };
}
