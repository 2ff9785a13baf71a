const WIRE_ID = /^[a-zA-Z0-9_-]+$/;

/**
 * Ids of tool calls in one request. The API takes letters, digits, `_` and `-` only; a conversation that began on
 * another provider may hold other ids. Those are rewritten, the same way for a call and its result, and never so
 * that two become one.
 */
export class ToolIds {
  readonly #wireIds = new Map<string, string>();
  readonly #taken = new Set<string>();

  toWire(id: string): string {
    const known = this.#wireIds.get(id);
    if (known !== undefined) return known;
    const plain = WIRE_ID.test(id) ? id : id.replace(/[^a-zA-Z0-9_-]/g, '_');
    let wireId = plain;
    for (let n = 2; this.#taken.has(wireId); n++) wireId = `${plain}_${n}`;
    this.#wireIds.set(id, wireId);
    this.#taken.add(wireId);
    return wireId;
  }
}
