import type { RequestLogFilter } from '#lib/generated/graphql.ts';
import { consoleFetch } from '#lib/graphql/fetch.ts';
import { toasts } from '#lib/state/toasts.svelte.ts';
import { formatBytes } from './bytes.ts';
import { readExport } from './read-export.ts';
import type { ExportFormat } from './read-export.ts';

export type { ExportFormat } from './read-export.ts';

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
      let bytes = 0;
      save(await readExport(response, format, (more) => (this.bytes = bytes += more)), format);
      toasts.done(`Exported ${formatBytes(bytes)}.`);
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
