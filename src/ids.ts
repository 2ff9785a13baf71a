import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';

/** Makes UUIDs that sort by time. */
export function createIds(): () => string {
  const ids = new V7Generator({ nextUint32: bufferedRandom() });
  return () => ids.generate().toString();
}

/** Random numbers of the system's generator, fetched a thousand at a time: one call of it costs more than all the rest of an id. */
function bufferedRandom(): () => number {
  const numbers = new Uint32Array(1024);
  let next = numbers.length;
  return () => {
    if (next === numbers.length) {
      randomFillSync(numbers);
      next = 0;
    }
    const number = numbers[next] ?? 0;
    next += 1;
    return number;
  };
}
