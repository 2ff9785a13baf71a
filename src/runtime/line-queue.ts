/** Lines that wait, first in, first out. */
export interface LineQueue {
  readonly chars: number;
  readonly isEmpty: boolean;
  add(line: string): void;
  take(): string | undefined;
  /** Answers how many there were. */
  clear(): number;
}

/** So many that were taken are forgotten together: shifting each by itself would move all the others. */
const FORGET_AT = 1_024;

export function createLineQueue(): LineQueue {
  let lines: string[] = [];
  let next = 0;
  let chars = 0;
  return {
    get chars() {
      return chars;
    },
    get isEmpty() {
      return next === lines.length;
    },
    add(line) {
      lines.push(line);
      chars += line.length;
    },
    take() {
      const line = lines[next];
      if (line === undefined) return undefined;
      next += 1;
      chars -= line.length;
      if (next === lines.length || next === FORGET_AT) {
        lines.splice(0, next);
        next = 0;
      }
      return line;
    },
    clear() {
      const count = lines.length - next;
      lines = [];
      next = 0;
      chars = 0;
      return count;
    },
  };
}
