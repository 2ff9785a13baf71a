import fs from 'node:fs';
import path from 'node:path';

import type { Logger } from '../log.ts';
import type { Backlog } from './backlog.ts';
import { Segment, SEGMENT_SUFFIX } from './segment.ts';

export interface SegmentWriterOptions {
  /** Where the next segment is made. */
  readonly directory: () => string;
  readonly backlog: Backlog;
  readonly fsync: boolean;
  readonly segmentBytes: number;
  readonly log: Logger;
  readonly now: () => number;
}

export interface SegmentWriter {
  /** Puts all of `bytes` (whole lines) into the journal or, when it throws, nothing of them. */
  write(bytes: Buffer, entries: number): void;
  /** Ends the current segment; the next write begins another. */
  close(): void;
}

/** Appends to one segment at a time and adds each to the backlog when it begins. */
export function createSegmentWriter(options: SegmentWriterOptions): SegmentWriter {
  const { directory, backlog, fsync, segmentBytes, log, now } = options;
  let file: { fd: number; segment: Segment } | null = null;
  let sequence = 0;

  function write(bytes: Buffer, entries: number): void {
    const { fd, segment } = open();
    try {
      for (let at = 0; at < bytes.length;) {
        at += fs.writeSync(fd, bytes, at, bytes.length - at, segment.size + at);
      }
      if (fsync) fs.fdatasyncSync(fd);
    } catch (error) {
      cutOff(fd, segment);
      throw error;
    }
    segment.grew(bytes.length, entries, now());
    if (segment.size >= segmentBytes) close();
  }

  function open(): { fd: number; segment: Segment } {
    if (file !== null) return file;
    sequence += 1;
    const name = `${now()}-${String(sequence).padStart(8, '0')}${SEGMENT_SUFFIX}`;
    const segment = new Segment(path.join(directory(), name), true);
    file = { fd: fs.openSync(segment.path, 'wx', 0o600), segment };
    backlog.add(segment);
    return file;
  }

  function close(): void {
    if (file === null) return;
    const { fd, segment } = file;
    file = null;
    segment.open = false;
    fs.closeSync(fd);
  }

  /** What a failed write left behind its segment's end must not become the beginning of another line. */
  function cutOff(fd: number, segment: Segment): void {
    try {
      fs.ftruncateSync(fd, segment.size);
    } catch (error) {
      log.warn({ err: error }, 'a failed write could not be cut off the journal; a new file is begun');
      close();
    }
  }

  return { write, close };
}
