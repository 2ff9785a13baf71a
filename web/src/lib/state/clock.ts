import { createSubscriber } from 'svelte/reactivity';

const EVERY_MS = 15_000;

/** One ticking clock for all relative times; it runs only while something on screen reads it. */
class Clock {
  readonly #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, EVERY_MS);
    return () => clearInterval(timer);
  });

  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

export const clock = new Clock();
