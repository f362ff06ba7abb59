/**
 * Everything that goes wrong in Penstock is one of two values:
 * a `Diagnostic` (found while configuring, attached to a node, port or param) or
 * a `PenstockError` (thrown while doing; carries a diagnostic's fields across layers and processes).
 */

import type { z } from 'zod';
import { issuePhrase } from './issue-phrase.ts';

export type Severity = 'error' | 'warning' | 'info';

/** Where in the document or the data something is wrong. All fields are optional; give the narrowest known. */
export interface Place {
  readonly nodeId?: string;
  readonly port?: string;
  /** Path into the node's params, e.g. `['columns', 0, 'expression']`. */
  readonly param?: readonly (string | number)[];
  /** Character range in the param's text, UTF-16 code units, end exclusive. */
  readonly span?: { readonly start: number; readonly end: number };
  readonly column?: string;
  readonly file?: string;
  /** 1-based line of the file or row of the table. */
  readonly line?: number;
}

export interface Diagnostic {
  readonly severity: Severity;
  /** Stable, kebab-case: `unknown-column`, `cycle`, `file-missing` … */
  readonly code: string;
  /** One sentence for a person: what is wrong, and where. */
  readonly message: string;
  /** One sentence: what to do next. */
  readonly remedy?: string;
  readonly place?: Place;
}

/** Characters of a sentence. What files and people put into one may be longer than anybody reads: its middle is left out. */
const longest = 950;

function readable(message: string): string {
  return message.length <= longest ? message : `${message.slice(0, 700)} … ${message.slice(-200)}`;
}

export class PenstockError extends Error {
  override readonly name = 'PenstockError';
  readonly code: string;
  readonly remedy: string | undefined;
  readonly place: Place | undefined;

  constructor(code: string, message: string, options: { remedy?: string; place?: Place; cause?: unknown } = {}) {
    super(readable(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
    this.place = options.place;
  }
}

/** A run or request was cancelled on purpose; never shown as a failure. */
export class CancelledError extends PenstockError {
  constructor(message = 'Cancelled.') {
    super('cancelled', message);
  }
}

export function isCancelled(error: unknown): boolean {
  return (
    (error instanceof PenstockError && error.code === 'cancelled') ||
    (error instanceof Error && error.name === 'AbortError')
  );
}

/**
 * Any thrown value as a diagnostic. Unknown errors keep their first message line, never their stack.
 * File-system codes become sentences (ENOSPC, ENOENT, EACCES).
 */
export function toDiagnostic(error: unknown, place?: Place): Diagnostic {
  if (error instanceof PenstockError) {
    return {
      severity: 'error',
      code: error.code,
      message: error.message,
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      place: { ...place, ...error.place },
    };
  }
  const fields = error as { code?: unknown; path?: unknown; message?: unknown; name?: unknown; issues?: unknown } | null;
  // What zod throws: its message is a list in JSON, which tells a person nothing.
  const issue = String(fields?.name).endsWith('ZodError') && Array.isArray(fields?.issues) ? (fields.issues[0] as z.core.$ZodIssue | undefined) : undefined;
  if (issue !== undefined) {
    const where = Array.isArray(issue.path) ? issue.path.map(String).join('.') : '';
    return { severity: 'error', code: 'invalid-value', message: `What was handed over is wrong at ${where || 'its top level'}: ${issuePhrase(issue, 'it')}.`, place: { ...place } };
  }
  const path = typeof fields?.path === 'string' ? fields.path : undefined;
  const at = path === undefined ? '' : ` (${path})`;
  switch (fields?.code) {
    case 'ENOSPC':
      return {
        severity: 'error',
        code: 'disk-full',
        message: `The disk is full${at}.`,
        remedy: 'Free some space and run again; nothing finished was lost.',
        place: { ...place, ...(path ? { file: path } : {}) },
      };
    case 'ENOENT':
      return {
        severity: 'error',
        code: 'file-missing',
        message: `The file or folder does not exist${at}.`,
        remedy: 'Check the path, or choose the file again.',
        place: { ...place, ...(path ? { file: path } : {}) },
      };
    case 'EACCES':
    case 'EPERM':
      return {
        severity: 'error',
        code: 'file-denied',
        message: `The file or folder may not be read or written${at}.`,
        remedy: 'Check its permissions.',
        place: { ...place, ...(path ? { file: path } : {}) },
      };
    default: {
      const text = typeof fields?.message === 'string' ? fields.message : String(error);
      const first = text.split('\n')[0] ?? text;
      return { severity: 'error', code: 'unexpected', message: first, place: { ...place } };
    }
  }
}
