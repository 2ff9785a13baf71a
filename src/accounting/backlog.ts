import fs from 'node:fs/promises';
import path from 'node:path';

import type { Segment } from './segment.ts';

/** What waits for the database. */
export interface BacklogDepth {
  readonly entries: number;
  readonly bytes: number;
  /** Age of the oldest entry in ms, to a second; 0 = nothing waits. */
  readonly oldestMs: number;
}

/** Where a segment ended at some moment. */
export interface SegmentEnd {
  readonly segment: Segment;
  readonly size: number;
}

/**
 * The segments that are not wholly in the database yet: the seam between the journal, which adds to them, and the
 * drain, which takes from them. Both live in one process; the files are the truth.
 */
export class Backlog {
  readonly #directory: string;
  #segments: Segment[] = [];
  #listener: () => void = () => undefined;

  /** `directory`: of all processes' journals; nothing outside it is ever removed. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  add(segment: Segment): void {
    this.#segments.push(segment);
    this.grew();
  }

  /** Called once for each write. One listener: the drain. */
  onGrowth(listener: () => void): void {
    this.#listener = listener;
  }

  grew(): void {
    this.#listener();
  }

  /** The segment to drain next, or after `last`; null = all is in the database. */
  next(last?: Segment): Segment | null {
    return this.#segments.find((segment) => segment !== last && !segment.drained) ?? null;
  }

  depth(now: number): BacklogDepth {
    let entries = 0;
    let bytes = 0;
    let oldest = now;
    for (const segment of this.#segments) {
      entries += segment.entries;
      bytes += segment.size - segment.offset;
      oldest = Math.min(oldest, segment.oldestAt ?? now);
    }
    return { entries, bytes, oldestMs: now - oldest };
  }

  /** Bytes that wait for the database. */
  get bytes(): number {
    let bytes = 0;
    for (const segment of this.#segments) bytes += segment.size - segment.offset;
    return bytes;
  }

  /** Where all that waits for the database ends now; nothing waits = empty. */
  ends(): readonly SegmentEnd[] {
    return this.#segments
      .filter((segment) => !segment.drained)
      .map((segment) => ({ segment, size: segment.size }));
  }

  /** Whether nothing before `end` waits any more: it is in the database, or its file is gone. */
  passed({ segment, size }: SegmentEnd): boolean {
    return segment.offset >= size || !this.#segments.includes(segment);
  }

  /** All of `segment` up to `end` is in the database. */
  async commit(segment: Segment, end: number, entries: number): Promise<void> {
    await segment.commit(end, entries);
    if (!segment.open && segment.drained) await this.#forget(segment);
  }

  /** Forgets a segment whose file is gone. */
  drop(segment: Segment): void {
    this.#segments = this.#segments.filter((each) => each !== segment);
  }

  /** Removes the segments that will not grow any more and have nothing left. */
  async sweep(): Promise<void> {
    for (const segment of this.#segments.filter((each) => !each.open && each.drained)) {
      await segment.remove();
      await this.#forget(segment);
    }
  }

  async #forget(segment: Segment): Promise<void> {
    this.drop(segment);
    // Directories of adopted processes go with their last segment; ours holds its owner file and stays.
    for (
      let at = path.dirname(segment.path);
      at.startsWith(this.#directory + path.sep);
      at = path.dirname(at)
    ) {
      const empty = await fs.rmdir(at).then(
        () => true,
        () => false,
      );
      if (!empty) return;
    }
  }
}
