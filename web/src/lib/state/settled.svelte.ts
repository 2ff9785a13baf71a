/**
 * Follows a value that changes with every key, a moment behind: what is asked of the server once typing rests. Make it
 * while a component is set up; it ends with the component.
 */
export class Settled<T> {
  /** Null until the first value has rested. */
  current = $state.raw<T | null>(null);

  /** @param rest in ms; the first value is taken at once */
  constructor(source: () => T, rest = 250) {
    let isFirst = true;
    $effect(() => {
      const next = source();
      if (isFirst) {
        isFirst = false;
        this.current = next;
        return;
      }
      const timer = setTimeout(() => (this.current = next), rest);
      return () => clearTimeout(timer);
    });
  }
}
