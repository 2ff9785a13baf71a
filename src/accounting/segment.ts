import fs from 'node:fs/promises';
import path from 'node:path';

export const SEGMENT_SUFFIX = '.journal';
const CHECKPOINT_SUFFIX = '.offset';
const CHUNK = 2 << 20;
const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);
/** Marks need not be finer than this. */
const MARK_EVERY_MS = 1_000;

/** Part of a segment. */
export interface Part {
  /** Whole lines, each with its "\n". Empty = the segment ends with a line that has no end: `torn`. */
  readonly bytes: Buffer;
  /** Bytes of a last line without an end (the process died while it wrote it); 0 unless nothing stands before it. */
  readonly torn: number;
}

/** One append-only file of the journal: what is in it, and how much of that is in the database. */
export class Segment {
  readonly path: string;
  /** Bytes that have been written. */
  size = 0;
  /** Bytes that are safely in the database. */
  offset = 0;
  /** Lines between `offset` and `size`. */
  entries = 0;
  /** True while lines may still be added. */
  open: boolean;
  /** When the bytes from `start` on were written; ascending. */
  #marks: { start: number; at: number }[] = [];

  constructor(file: string, open: boolean) {
    this.path = file;
    this.open = open;
  }

  /** A segment that another process left behind. */
  static async load(file: string): Promise<Segment> {
    const segment = new Segment(file, false);
    const { size, birthtimeMs, mtimeMs } = await fs.stat(file);
    segment.size = size;
    segment.offset = Math.min(await readCheckpoint(file), size);
    segment.#marks = [{ start: 0, at: birthtimeMs > 0 ? Math.min(birthtimeMs, mtimeMs) : mtimeMs }];
    segment.entries = await countLines(file, segment.offset);
    return segment;
  }

  grew(bytes: number, entries: number, now: number): void {
    const last = this.#marks.at(-1);
    if (last === undefined || now - last.at >= MARK_EVERY_MS) this.#marks.push({ start: this.size, at: now });
    this.size += bytes;
    this.entries += entries;
  }

  get drained(): boolean {
    return this.offset >= this.size;
  }

  /** When the oldest line that is not drained yet was written, to a second; null = there is none. */
  get oldestAt(): number | null {
    if (this.drained) return null;
    return this.#marks.findLast((mark) => mark.start <= this.offset)?.at ?? this.#marks[0]?.at ?? null;
  }

  /** Whole lines from the byte `from` on, about a chunk of them. */
  async read(from: number): Promise<Part> {
    const known = this.size;
    const file = await fs.open(this.path, 'r');
    try {
      for (let length = CHUNK; ; length *= 4) {
        const wanted = Math.min(length, known - from);
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, from);
        const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
        if (end > 0) return { bytes: buffer.subarray(0, end), torn: 0 };
        // Not one whole line: a longer one than the chunk, or the torn end of the file.
        if (wanted === known - from || bytesRead < wanted) return { bytes: NOTHING, torn: known - from };
      }
    } finally {
      await file.close();
    }
  }

  /** All up to `end` is in the database. A lost checkpoint costs a replay, never a row: the drain is idempotent. */
  async commit(end: number, entries: number): Promise<void> {
    this.offset = end;
    this.entries = Math.max(0, this.entries - entries);
    const stale = this.#marks.findLastIndex((mark) => mark.start <= end);
    if (stale > 0) this.#marks.splice(0, stale);
    if (!this.open && this.drained) await this.#finish();
    else await fs.writeFile(this.path + CHECKPOINT_SUFFIX, String(end), { mode: 0o600 });
  }

  /** Removes the file, unless a process that was taken for dead (paused for a minute) has added to it meanwhile. */
  async #finish(): Promise<void> {
    const size = await fs.stat(this.path).then(
      (stat) => stat.size,
      () => this.size,
    );
    if (size === this.size) return await this.remove();
    this.entries += await countLines(this.path, this.size);
    this.size = size;
  }

  async remove(): Promise<void> {
    await fs.rm(this.path, { force: true });
    await fs.rm(this.path + CHECKPOINT_SUFFIX, { force: true });
  }
}

/** All segments under a directory, oldest first (their names begin with the time). */
export async function findSegments(directory: string): Promise<string[]> {
  const entries = await fs.readdir(directory, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(SEGMENT_SUFFIX))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted((a, b) => (path.basename(a) < path.basename(b) ? -1 : 1));
}

async function readCheckpoint(file: string): Promise<number> {
  const text = await fs.readFile(file + CHECKPOINT_SUFFIX, 'utf8').catch(() => '0');
  const offset = Number(text);
  return Number.isSafeInteger(offset) && offset > 0 ? offset : 0;
}

async function countLines(file: string, from: number): Promise<number> {
  const handle = await fs.open(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    let count = 0;
    for (let at = from; ;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK, at);
      if (bytesRead === 0) return count;
      const chunk = buffer.subarray(0, bytesRead);
      for (let i = chunk.indexOf(NEWLINE); i !== -1; i = chunk.indexOf(NEWLINE, i + 1)) count += 1;
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
