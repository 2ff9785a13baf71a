/** What waits for one subscriber: bounded, for whoever does not keep up is better off without. */
export interface LiveQueue<Item> {
  /** False = there is no more room, and all that waited is gone; or the queue is closed. */
  push(item: Item): boolean;
  /** Resolves with the next one, null = closed. Rejects with what `fail` was called with. One caller at a time. */
  next(): Promise<Item | null>;
  close(): void;
  fail(error: Error): void;
  readonly size: number;
}

export function createLiveQueue<Item>(capacity: number): LiveQueue<Item> {
  let items: Item[] = [];
  let taken = 0;
  let end: { readonly error: Error | null } | null = null;
  let waiter: PromiseWithResolvers<Item | null> | null = null;

  function finish(error: Error | null): void {
    if (end !== null) return;
    end = { error };
    items = [];
    taken = 0;
    if (error === null) waiter?.resolve(null);
    else waiter?.reject(error);
    waiter = null;
  }

  function take(): Item | undefined {
    const item = items[taken];
    taken += 1;
    // Not one by one from the front, which would move all the others each time.
    if (taken > 64 && taken * 2 > items.length) {
      items = items.slice(taken);
      taken = 0;
    }
    return item;
  }

  return {
    get size() {
      return items.length - taken;
    },
    push(item) {
      if (end !== null) return false;
      if (waiter !== null) {
        waiter.resolve(item);
        waiter = null;
        return true;
      }
      if (items.length - taken >= capacity) {
        items = [];
        taken = 0;
        return false;
      }
      items.push(item);
      return true;
    },
    async next() {
      if (end?.error) throw end.error;
      if (end !== null) return null;
      if (taken < items.length) return take() ?? null;
      waiter = Promise.withResolvers();
      return await waiter.promise;
    },
    close: () => finish(null),
    fail: (error) => finish(error),
  };
}
