import { checkProvider } from '#lib/actions/providers.ts';

/** So many at a time: a check waits for the provider most of the time, but loads models at some. */
const AT_ONCE = 3;

/** Checks a list of providers. What is under way when it is stopped goes on to its end. */
export class CheckAll {
  running = $state(false);
  done = $state(0);
  total = $state(0);
  /** Ids of those that are checked now. */
  current = $state.raw<ReadonlySet<string>>(new Set());
  #stopped = false;

  async run(providers: readonly { readonly id: string }[]): Promise<{ failed: number; stopped: boolean }> {
    if (this.running) return { failed: 0, stopped: true };
    this.running = true;
    this.#stopped = false;
    this.done = 0;
    this.total = providers.length;
    const waiting = [...providers];
    let failed = 0;
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined && !this.#stopped; next = waiting.shift()) {
        const { id } = next;
        this.current = new Set([...this.current, id]);
        const outcome = await checkProvider(id);
        if (!outcome.ok || !outcome.data.success) failed += 1;
        this.current = new Set([...this.current].filter((other) => other !== id));
        this.done += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    this.running = false;
    return { failed, stopped: this.#stopped };
  }

  stop(): void {
    this.#stopped = true;
  }
}
