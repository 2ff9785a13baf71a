import { createSubscriber } from 'svelte/reactivity';

/** A clock for countdowns; it runs only while something on screen reads it. */
class Seconds {
  readonly #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1_000);
    return () => clearInterval(timer);
  });

  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

export const seconds = new Seconds();
