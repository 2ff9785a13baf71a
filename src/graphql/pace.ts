/** Allows `most` in any window of `perMs`, counted window by window. */
export function createPace(options: {
  readonly most: number;
  readonly perMs: number;
  readonly clock: () => Date;
}): { allows(): boolean } {
  const { most, perMs, clock } = options;
  let since = clock().getTime();
  let count = 0;
  return {
    allows() {
      const now = clock().getTime();
      if (now - since >= perMs) {
        since = now;
        count = 0;
      }
      count += 1;
      return count <= most;
    },
  };
}
