import type { Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { RejectedRow } from './csv.ts';

const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** What a reader says of rows it set apart (at least one): how many, where the first is, what to do. */
export function rejectedRows(rejects: readonly RejectedRow[]): Diagnostic {
  const [first] = rejects;
  const count = rejects.length === 1 ? '1 row was' : `${formatCount(rejects.length)} rows were`;
  const where = first === undefined ? '' : `${nameOf(first.file)}, line ${formatCount(first.line)}${first.column === null ? '' : `, column “${first.column}”`}`;
  const reason = first === undefined ? '' : `${first.reason.charAt(0).toLowerCase()}${first.reason.slice(1)}`;
  return {
    severity: 'warning',
    code: 'csv-rejected-rows',
    message: `${count} rejected. ${rejects.length === 1 ? 'It is' : 'The first is'} ${where}: ${reason}`,
    remedy: 'Look at the output “rejects”; correct the lines, choose another type for the column, or add the word to the null words.',
    place: first === undefined ? {} : { file: first.file, line: first.line, ...(first.column === null ? {} : { column: first.column }) },
  };
}
