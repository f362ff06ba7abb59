import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import type { Column, ColumnType } from '#app/relation/types.ts';

export interface PlannedFile {
  /** As it is told to people: below the folder. */
  readonly name: string;
  readonly path: string;
  /** `empty`: no value was seen, so any type would do. */
  readonly columns: readonly (Column & { readonly empty?: boolean })[];
}

const key = (name: string): string => name.toLowerCase();

/** Whole numbers are numbers, dates are times of midnight; other differences leave text. */
export function widerType(a: ColumnType, b: ColumnType): { readonly type: ColumnType; readonly conflict: boolean } {
  if (a === b) return { type: a, conflict: false };
  const both = new Set([a, b]);
  if (both.has('integer') && both.has('float')) return { type: 'float', conflict: false };
  if (both.has('date') && both.has('timestamp')) return { type: 'timestamp', conflict: false };
  return { type: 'string', conflict: true };
}

/**
 * The columns of one table for all files, by name (case apart), in order of first appearance.
 * @throws PenstockError `files-differ` where all must be the same and one is not.
 */
export function commonColumns(files: readonly PlannedFile[], same: boolean): { readonly columns: Column[]; readonly notes: Diagnostic[] } {
  const notes: Diagnostic[] = [];
  const merged = new Map<string, { name: string; type: ColumnType; empty: boolean; from: string; conflict: Diagnostic | null }>();
  for (const file of files) {
    for (const { name, type, empty = false } of file.columns) {
      const known = merged.get(key(name));
      if (known === undefined) merged.set(key(name), { name, type, empty, from: file.name, conflict: null });
      else if (known.empty) merged.set(key(name), { ...known, type, empty, from: file.name });
      else if (!empty) {
        const wider = widerType(known.type, type);
        known.conflict ??= wider.conflict ? conflictNote(name, known, { from: file.name, type }, file.path) : null;
        known.type = wider.type;
      }
    }
  }
  const names = [...merged.keys()];
  const lacking = files.flatMap((file) => {
    const has = new Set(file.columns.map(({ name }) => key(name)));
    const missing = names.filter((name) => !has.has(name)).map((name) => merged.get(name)?.name ?? name);
    return missing.length === 0 ? [] : [{ file, missing }];
  });
  const [first] = lacking;
  if (first !== undefined) {
    const list = `${first.missing.slice(0, 5).map((name) => `“${name}”`).join(', ')}${first.missing.length > 5 ? ` and ${first.missing.length - 5} more` : ''}`;
    const has = `${first.file.name} has no column ${list}`;
    if (same) throw new PenstockError('files-differ', `${has}, which other files have.`, { remedy: 'Correct the file, choose a narrower pattern, or match the columns by name.', place: { file: first.file.path } });
    const more = lacking.length === 1 ? '' : ` ${lacking.length - 1} more ${lacking.length === 2 ? 'file lacks' : 'files lack'} columns.`;
    notes.push({ severity: 'warning', code: 'files-differ', message: `${has}; it is missing in its rows.${more}`, remedy: 'Choose “Must be the same” if files may not differ.', place: { file: first.file.path } });
  }
  for (const { conflict } of merged.values()) {
    if (conflict === null) continue;
    if (same) throw new PenstockError('files-differ', conflict.message, { remedy: 'Correct the file, or set the type of the column.', ...(conflict.place ? { place: conflict.place } : {}) });
    notes.push(conflict);
  }
  return { columns: [...merged.values()].map(({ name, type }) => ({ name, type })), notes };
}

function conflictNote(name: string, known: { readonly from: string; readonly type: ColumnType }, other: { readonly from: string; readonly type: ColumnType }, file: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'files-types-differ',
    message: `Column “${name}” is ${words[known.type]} in ${known.from} and ${words[other.type]} in ${other.from}; it is read as text.`,
    remedy: 'Set its type under “Columns” to read it otherwise.',
    place: { file, column: name },
  };
}

const words: Readonly<Record<ColumnType, string>> = { boolean: 'true or false', integer: 'a whole number', float: 'a number', string: 'text', date: 'a date', time: 'a time', timestamp: 'a date and time', binary: 'bytes' };
