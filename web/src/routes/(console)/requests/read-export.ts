export type ExportFormat = 'csv' | 'jsonl';

/** Enough for the last line of a file that is not whole. */
const LAST_WORD_BYTES = 4_096;

/** The whole file; throws with the reason when it breaks off. `onBytes`: how many more have come. */
export async function readExport(
  response: Response,
  format: ExportFormat,
  onBytes: (more: number) => void,
): Promise<Blob> {
  if (!response.ok || response.body === null) throw new Error(await refusalOf(response));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  try {
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      onBytes(part.value.length);
    }
  } catch (error) {
    // A transfer that is broken off on purpose says why in its last line; the browser only knows that it broke.
    const end = await new Blob(parts).slice(-LAST_WORD_BYTES).text();
    throw new Error(lastWord(end, format) ?? 'it broke off.', { cause: error });
  }
  return new Blob(parts, { type: response.headers.get('content-type') ?? '' });
}

/** Why a file is not whole, by the last line that came; null = it does not say. */
export function lastWord(end: string, format: ExportFormat): string | null {
  const line = end.trimEnd().split('\n').at(-1) ?? '';
  return format === 'csv' ? ofCells(line) : ofJson(line);
}

function ofCells(line: string): string | null {
  const cell = /^"(.*)"$/.exec(line)?.[1]?.replaceAll('""', '"') ?? line;
  return /^INCOMPLETE: (.+)$/.exec(cell)?.[1] ?? null;
}

function ofJson(line: string): string | null {
  const told = parse(line);
  const error = isRecord(told) && told['incomplete'] === true ? told['error'] : null;
  return isRecord(error) ? textOf(error) : null;
}

async function refusalOf(response: Response): Promise<string> {
  const body = parse(await response.text().catch(() => ''));
  const errors: unknown = isRecord(body) ? body['errors'] : null;
  const first: unknown = Array.isArray(errors) ? errors[0] : null;
  return (isRecord(first) ? textOf(first) : null) ?? `the server answered ${response.status}.`;
}

function textOf({ message }: Record<string, unknown>): string | null {
  return typeof message === 'string' ? message : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
