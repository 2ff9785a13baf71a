/**
 * Collects the keys that are asked for in one turn of the event loop and fetches them with one call.
 * One for each request: what it has fetched once it keeps, so it must not outlive the request.
 */
export function createLoader<Key extends string, Value>(
  fetch: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (key: Key) => Promise<Value | null> {
  const known = new Map<Key, Promise<Value | null>>();
  let waiting: { keys: Key[]; answer: Promise<ReadonlyMap<Key, Value>> } | null = null;

  function batch(key: Key): Promise<ReadonlyMap<Key, Value>> {
    if (waiting) {
      waiting.keys.push(key);
      return waiting.answer;
    }
    const keys = [key];
    // Resolvers of one level are all called before promises settle, so a microtask later they have all asked.
    const answer = Promise.resolve().then(async () => {
      await Promise.resolve();
      waiting = null;
      return fetch(keys);
    });
    waiting = { keys, answer };
    return answer;
  }

  return function load(key) {
    const before = known.get(key);
    if (before) return before;
    const value = batch(key).then((values) => values.get(key) ?? null);
    known.set(key, value);
    return value;
  };
}
