/** Lets one waiter sleep until something happens or time is up. */
export interface Bell {
  /** Something may have happened: the waiter looks. */
  ring(): void;
  /** Waits until `until` holds (looked at now and at every ring), for `ms` at most; null = without limit. */
  wait(ms: number | null, until: () => boolean): Promise<void>;
}

export function createBell(): Bell {
  let onRing: () => void = () => undefined;
  return {
    ring: () => onRing(),
    async wait(ms, until) {
      if (until()) return;
      const rung = Promise.withResolvers<void>();
      const timer = ms === null ? null : setTimeout(rung.resolve, ms);
      onRing = () => {
        if (until()) rung.resolve();
      };
      await rung.promise;
      onRing = () => undefined;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
