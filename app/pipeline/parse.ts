import { PenstockError } from '#app/core/errors.ts';
import type { z } from 'zod';
import { documentSchema, type PipelineDocument } from './document.ts';
import { issuePhrase } from '#app/core/issue-phrase.ts';
import { migrateDocument } from './migrate.ts';

/** Deeper values are refused: hashing, printing and structured clone of them would overflow a stack. */
const maxDepth = 200;
const forbiddenKeys = new Set(['__proto__']);

/**
 * Text of a `*.pipeline.json` file → document of the present version. Unknown fields and unknown node types are kept.
 * Dangling edges and cycles load (see `checkDocument`), so that they can be repaired on the canvas; anything that would make
 * an element ambiguous is refused.
 * @throws PenstockError `document-not-json` (with line), `document-forbidden-key`, `document-too-deep`, `document-newer`,
 * `document-invalid` (with the path), `duplicate-id`; the message always names the culprit.
 */
export function parseDocument(text: string): PipelineDocument {
  let raw: unknown;
  try {
    raw = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    throw notJson(text, error);
  }
  return readDocument(raw);
}

/** As `parseDocument`, for a value that is already JSON (from the wire, from the store). */
export function readDocument(raw: unknown): PipelineDocument {
  refuseHostileKeys(raw);
  const migrated = migrateDocument(raw);
  const result = documentSchema.safeParse(migrated);
  if (!result.success) throw invalid(result.error.issues, migrated);
  refuseDuplicateIds(result.data);
  return result.data;
}

function notJson(text: string, error: unknown): PenstockError {
  const message = error instanceof Error ? error.message : String(error);
  const position = /position (\d+)/.exec(message)?.[1];
  const offset = position === undefined ? text.length : Number(position);
  const line = text.slice(0, offset).split('\n').length;
  return new PenstockError('document-not-json', `The pipeline file is not complete JSON: it stops making sense at line ${line}.`, {
    remedy: 'Restore the last good version, or mend the file at that line.',
    place: { line },
    cause: error,
  });
}

/** @throws PenstockError `document-forbidden-key`, `document-too-deep`. `what` begins the sentence; `depth` is how deep `root` lies in the file. */
export function refuseHostileKeys(root: unknown, what = 'The pipeline file', rootDepth = 0): void {
  const stack: { value: unknown; path: string; depth: number }[] = [{ value: root, path: '', depth: rootDepth }];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { value, path, depth } = entry;
    if (value === null || typeof value !== 'object') continue;
    if (depth > maxDepth) {
      throw new PenstockError('document-too-deep', `${what} is nested deeper than ${maxDepth} levels at ${path.slice(0, 80)}….`, {
        remedy: 'Remove the deeply nested value.',
      });
    }
    const isList = Array.isArray(value);
    for (const key of Object.keys(value)) {
      if (forbiddenKeys.has(key)) {
        throw new PenstockError('document-forbidden-key', `${what} has a key named ${key} at ${path || 'its top level'}, which is not allowed.`, {
          remedy: 'Remove or rename that key.',
        });
      }
      const child = (value as Record<string, unknown>)[key];
      if (child !== null && typeof child === 'object') {
        stack.push({ value: child, path: isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`, depth: depth + 1 });
      }
    }
  }
}

function invalid(issues: readonly z.core.$ZodIssue[], raw: unknown): PenstockError {
  const issue = issues[0];
  const path = issue?.path ?? [];
  const where = path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
  const nodeId = elementId(raw, path);
  const element = nodeId === undefined ? '' : ` (element “${nodeId}”)`;
  const more = issues.length > 1 ? ` ${issues.length - 1} more ${issues.length === 2 ? 'place is' : 'places are'} wrong.` : '';
  return new PenstockError('document-invalid', `The pipeline file is wrong at ${where || 'its top level'}${element}: ${issuePhrase(issue, 'it')}.${more}`, {
    remedy: 'Mend the file there, or restore its last good version.',
    place: path[0] === 'nodes' && nodeId !== undefined ? { nodeId } : {},
  });
}

function elementId(raw: unknown, path: readonly PropertyKey[]): string | undefined {
  const [list, index] = path;
  if (typeof list !== 'string' || typeof index !== 'number' || raw === null || typeof raw !== 'object') return undefined;
  const element = ((raw as Record<string, unknown>)[list] as unknown[] | undefined)?.[index];
  const id = element !== null && typeof element === 'object' ? (element as Record<string, unknown>)['id'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

function refuseDuplicateIds(document: PipelineDocument): void {
  const kinds = { node: document.nodes, edge: document.edges, note: document.notes, group: document.groups };
  for (const [kind, elements] of Object.entries(kinds)) {
    const seen = new Set<string>();
    for (const { id } of elements) {
      if (forbiddenKeys.has(id)) {
        throw new PenstockError('document-forbidden-key', `The pipeline file has a ${kind} with the id ${id}, which is not allowed.`, { remedy: `Give the ${kind} another id.` });
      }
      if (seen.has(id)) {
        throw new PenstockError('duplicate-id', `The pipeline file has two ${kind}s with the id “${id}”.`, {
          remedy: `Give one of the two ${kind}s another id.`,
          place: kind === 'node' ? { nodeId: id } : {},
        });
      }
      seen.add(id);
    }
  }
}
