import type { RequestLogFilter } from '#lib/generated/graphql.ts';
import { consoleFetch } from '#lib/graphql/fetch.ts';
import { toasts } from '#lib/state/toasts.svelte.ts';
import { formatBytes } from './bytes.ts';

export type ExportFormat = 'csv' | 'jsonl';

/** One export at a time: it streams, can be stopped, and says how far it is. */
export class Export {
  /** Bytes that have come; null = none is running. */
  bytes = $state<number | null>(null);
  #stopping: AbortController | null = null;

  async start(format: ExportFormat, filter: RequestLogFilter): Promise<void> {
    if (this.bytes !== null) return;
    this.bytes = 0;
    this.#stopping = new AbortController();
    try {
      const response = await consoleFetch('/graphql/export', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ format, filter }),
        signal: this.#stopping.signal,
      });
      if (!response.ok || response.body === null) throw new Error(await reasonOf(response));
      const parts: Uint8Array<ArrayBuffer>[] = [];
      const reader = response.body.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        parts.push(part.value);
        this.bytes += part.value.length;
      }
      save(new Blob(parts, { type: response.headers.get('content-type') ?? '' }), format);
      toasts.done(`Exported ${formatBytes(this.bytes)}.`);
    } catch (error) {
      // Stopped by hand is no failure; half a file is no export, so nothing is saved.
      if (this.#stopping.signal.aborted) toasts.done('Stopped the export; nothing was saved.');
      else toasts.failed(`The export failed: ${error instanceof Error ? error.message : 'it broke off.'}`);
    } finally {
      this.bytes = null;
      this.#stopping = null;
    }
  }

  stop(): void {
    this.#stopping?.abort();
  }
}

function save(blob: Blob, format: ExportFormat): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `requests.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function reasonOf(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json();
    const errors: unknown = typeof body === 'object' && body !== null && 'errors' in body ? body.errors : [];
    const first: unknown = Array.isArray(errors) ? errors[0] : null;
    if (typeof first === 'object' && first !== null && 'message' in first) return String(first.message);
  } catch {
    // Then the status has to do.
  }
  return `the server answered ${response.status}.`;
}
