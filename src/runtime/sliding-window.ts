/** Length of the window that limits are counted over: a minute. */
export const WINDOW_MS = 60_000;

const SMALLEST = 16;
/** Seconds that live entries can span (61), rounded up to a power of two. */
const SECONDS = 64;

/**
 * What one tenant used in the last 60 s, exactly: a ring of (time, requests, tokens), oldest first. Requests of the
 * same millisecond share an entry, so it never holds more than 60,001 of them however high the limit is; it grows
 * and shrinks with what is used. Sums by second stand beside it, so that asking when there will be room walks at most
 * 61 of them. Every operation is O(1) amortised. Times must not go backwards: the caller sees to that.
 */
export class SlidingWindow {
  usedRequests = 0;
  usedTokens = 0;
  #times = new Float64Array(SMALLEST);
  #requests = new Float64Array(SMALLEST);
  #tokens = new Float64Array(SMALLEST);
  #requestsBySecond = new Float64Array(SECONDS);
  #tokensBySecond = new Float64Array(SECONDS);
  /** Entries are numbered for ever; number n lies in slot n mod capacity. */
  #first = 0;
  #next = 0;

  /** Forgets what is 60 s old or older. */
  expire(now: number): void {
    while (this.#first < this.#next) {
      const slot = this.#slot(this.#first);
      const requests = at(this.#requests, slot);
      // An entry whose requests were all cancelled holds nothing: it may go early.
      if (requests > 0 && msLeft(at(this.#times, slot), now) > 0) break;
      this.#change(slot, -requests, -at(this.#tokens, slot));
      this.#first += 1;
    }
    const count = this.#next - this.#first;
    if (this.#times.length > SMALLEST && count < this.#times.length / 4) this.#resize(this.#times.length / 2);
  }

  /** Counts one request; returns the number of its entry, for `adjust`. */
  add(now: number, tokens: number): number {
    const last = this.#next - 1;
    if (last >= this.#first && Math.floor(at(this.#times, this.#slot(last))) === Math.floor(now)) {
      // The later of both times: with a clock finer than a millisecond an entry may leave late, never early.
      this.#times[this.#slot(last)] = now;
      this.#change(this.#slot(last), 1, tokens);
      return last;
    }
    if (this.#next - this.#first === this.#times.length) this.#resize(this.#times.length * 2);
    const number = this.#next;
    this.#next += 1;
    const slot = this.#slot(number);
    this.#times[slot] = now;
    this.#requests[slot] = 0;
    this.#tokens[slot] = 0;
    this.#change(slot, 1, tokens);
    return number;
  }

  /** Changes an entry at its own point of time; does nothing when it has left the window. */
  adjust(number: number, requests: number, tokens: number): void {
    if (number >= this.#first) this.#change(this.#slot(number), requests, tokens);
  }

  /** Whether nothing is left at `now`; `expire` need not have run. */
  isIdle(now: number): boolean {
    return this.resetMs(now) === 0;
  }

  /** Ms until everything has left the window. */
  resetMs(now: number): number {
    if (this.#next === this.#first) return 0;
    return msLeft(at(this.#times, this.#slot(this.#next - 1)), now);
  }

  /** Ms until `count` requests have left: exact for the oldest entry, else at most a second too long. */
  requestsFreeInMs(now: number, count: number): number {
    return this.#freeInMs(now, count, this.#requests, this.#requestsBySecond);
  }

  /** Ms until `count` tokens have left: exact for the oldest entry, else at most a second too long. */
  tokensFreeInMs(now: number, count: number): number {
    return this.#freeInMs(now, count, this.#tokens, this.#tokensBySecond);
  }

  #freeInMs(now: number, count: number, amounts: Float64Array, bySecond: Float64Array): number {
    if (this.#next === this.#first) return 0;
    const head = this.#slot(this.#first);
    const oldest = at(this.#times, head);
    if (at(amounts, head) >= count) return msLeft(oldest, now);
    let second = Math.floor(oldest / 1000);
    let freed = at(bySecond, second % SECONDS);
    for (let step = 1; freed < count && step < SECONDS; step += 1) {
      second += 1;
      freed += at(bySecond, second % SECONDS);
    }
    return Math.min(msLeft((second + 1) * 1000, now), this.resetMs(now));
  }

  #change(slot: number, requests: number, tokens: number): void {
    const second = Math.floor(at(this.#times, slot) / 1000) % SECONDS;
    this.#requests[slot] = at(this.#requests, slot) + requests;
    this.#tokens[slot] = at(this.#tokens, slot) + tokens;
    this.#requestsBySecond[second] = at(this.#requestsBySecond, second) + requests;
    this.#tokensBySecond[second] = at(this.#tokensBySecond, second) + tokens;
    this.usedRequests += requests;
    this.usedTokens += tokens;
  }

  #slot(number: number): number {
    return number % this.#times.length;
  }

  #resize(capacity: number): void {
    this.#times = this.#moved(this.#times, capacity);
    this.#requests = this.#moved(this.#requests, capacity);
    this.#tokens = this.#moved(this.#tokens, capacity);
  }

  /** `old` still has the former capacity here, so its slots are counted by its own length. */
  #moved(old: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
    const moved = new Float64Array(capacity);
    for (let number = this.#first; number < this.#next; number += 1) {
      moved[number % capacity] = at(old, number % old.length);
    }
    return moved;
  }
}

/** Ms that an entry of `time` still counts; rounded as in `expire`, so it is 0 just when that lets the entry go. */
function msLeft(time: number, now: number): number {
  return Math.max(0, WINDOW_MS - (now - time));
}

/** Slots are always inside the array; the fallback is for the type alone. */
function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}
