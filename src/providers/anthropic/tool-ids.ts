const REFUSED = /[^a-zA-Z0-9_-]/g;

interface Calls {
  /** Wire ids of the calls that have no result yet, the oldest first. */
  readonly open: string[];
  last: string;
}

/**
 * Ids of tool calls in one request. The API takes letters, digits, `_` and `-` only, and no id twice; a conversation
 * that began on another provider may hold other ids, the same in every turn (`call_0`), or empty ones. Those are
 * rewritten so that no two calls share one, and each result goes to the oldest call of its id that has none.
 */
export class ToolIds {
  readonly #calls = new Map<string, Calls>();
  readonly #taken = new Set<string>();
  /** The last number that was given to an id that was taken. */
  readonly #numbers = new Map<string, number>();

  /** A wire id for one more call. */
  ofCall(id: string): string {
    const wireId = this.#free(id);
    const calls = this.#calls.get(id);
    if (calls === undefined) this.#calls.set(id, { open: [wireId], last: wireId });
    else {
      calls.open.push(wireId);
      calls.last = wireId;
    }
    return wireId;
  }

  /** The wire id of the call that a result answers. */
  ofResult(id: string): string {
    const calls = this.#calls.get(id);
    return calls?.open.shift() ?? calls?.last ?? this.ofCall(id);
  }

  #free(id: string): string {
    const plain = id === '' ? 'call' : id.replace(REFUSED, '_');
    let wireId = plain;
    let n = this.#numbers.get(plain) ?? 1;
    while (this.#taken.has(wireId)) {
      n += 1;
      wireId = `${plain}_${n}`;
    }
    this.#numbers.set(plain, n);
    this.#taken.add(wireId);
    return wireId;
  }
}
