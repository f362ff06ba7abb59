import { closeSync, openSync, readSync } from 'node:fs';
import { CellScanner, scanPadding, type CellLayout } from './cell-scanner.ts';

/** A part of a file for one thread: the records that begin at `from` (or, unless `exact`, at the first line after it) and before `to`. */
export interface RangeTask {
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly layout: CellLayout;
  /** The first record names the columns. */
  readonly header: boolean;
  readonly from: number;
  readonly exact: boolean;
  readonly to: number;
}

export interface RangeFound {
  /** Where the first and the first not scanned record begin. */
  readonly begin: number;
  readonly finish: number;
  readonly rows: number;
  readonly odd: Uint8Array;
  readonly lineEnd: number;
}

const block = 1 << 20;
/** Records beyond this may not fit DuckDB's default line size of 2 MB. */
const longestRecord = 1 << 20;

/** Scans a part of a file, blocking the thread. Null: the text is not plain (see `CellScanner`), or has a very long record. */
export function scanRange(task: RangeTask): RangeFound | null {
  const { path, size, to } = task;
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(longestRecord + block + scanPadding);
    const scanner = new CellScanner(task.layout);
    let begin = task.from;
    // Place in the file of the buffer's start, and bytes in it.
    let place = task.exact ? task.from : task.from - 1;
    let held = 0;
    let started = task.exact;
    let awaitsHeader = task.header && task.from === 0;
    for (;;) {
      const read = readSync(file, bytes, held, block, place + held);
      const end = held + read;
      const final = place + end >= size;
      if (read === 0 && !final) return null;
      let at = 0;
      if (!started) {
        const line = bytes.subarray(0, end).indexOf(10);
        if (line === -1) return null;
        started = true;
        at = line + 1;
        begin = place + at;
      } else if (place === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
        at = 3;
      }
      if (awaitsHeader) {
        const past = scanner.scan(bytes, at, end, end, final, true);
        if (past <= at) return null;
        awaitsHeader = false;
        at = past;
      }
      const next = scanner.scan(bytes, at, end, to - place, final);
      if (next < 0) return null;
      if (place + next >= to || final) return { begin, finish: place + next, rows: scanner.rows, odd: scanner.odd, lineEnd: scanner.lineEnd };
      held = end - next;
      if (held > longestRecord) return null;
      bytes.copyWithin(0, next, end);
      place += next;
    }
  } finally {
    closeSync(file);
  }
}
