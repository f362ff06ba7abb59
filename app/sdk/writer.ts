import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { formatBytes } from '#app/core/units.ts';
import { paramMissing, schemaAt } from './configuration.ts';
import { codeSpan } from './deployment.ts';
import type { WrittenFile } from './formats.ts';
import type { ConfigureContext, ConfigureResult, RunContext } from './node.ts';
import type { PortSpec, PortValue, TableValue } from './ports.ts';

/** What the writers of files have in common: the table goes through, and a report says what was written. */

export const writerInputs: readonly PortSpec[] = [{ name: 'table', title: 'Table', kind: 'table', arity: 'one', summary: 'The rows to write.' }];

export const writerOutputs: readonly PortSpec[] = [
  { name: 'table', title: 'Table', kind: 'table', summary: 'The same table, for what comes after.' },
  { name: 'report', title: 'Report', kind: 'report', summary: 'What was written, and where.' },
];

export const overwriteParam = z
  .boolean()
  .default(true)
  .meta({ title: 'Replace what is there', description: 'Off: a run stops when the file is already there.', control: 'switch' });

export const writePathParam = (example: string) =>
  z.string().max(1000).default(example).meta({ title: 'File', description: 'Where the file goes; a relative path is inside the project. Folders are made.', control: 'text', placeholder: example });

/** Outputs, and what is wrong with a path. */
export function writerConfiguration(context: ConfigureContext<{ readonly path: string }>, more: readonly Diagnostic[] = []): ConfigureResult {
  const { path } = context.params;
  const diagnostics: Diagnostic[] = [...more];
  if (path.trim() === '') diagnostics.push(paramMissing(['path'], 'No file is named.', 'Enter a path, such as exports/table.csv.'));
  else if (/[\\/]$/.test(path)) diagnostics.push({ severity: 'error', code: 'is-folder', message: `${path} is a folder.`, remedy: 'Add a file name to the path.', place: { param: ['path'] } });
  else if (path.startsWith('resource:')) diagnostics.push({ severity: 'error', code: 'path-outside', message: 'Files that come with Penstock cannot be written.', remedy: 'Choose a path in the project.', place: { param: ['path'] } });
  else if (leadsOut(path)) diagnostics.push({ severity: 'error', code: 'path-outside', message: `${path} leads out of the project folder.`, remedy: 'Name a place inside the project, or write the whole path from its root.', place: { param: ['path'] } });
  return { outputs: { table: { kind: 'table', schema: schemaAt(context) }, report: { kind: 'report' } }, diagnostics };
}

/** A relative path that climbs above the folder it starts in. */
function leadsOut(path: string): boolean {
  if (/^([\\/]|[A-Za-z]:)/.test(path)) return false;
  let depth = 0;
  for (const part of path.split(/[\\/]+/)) {
    if (part === '..') depth -= 1;
    else if (part !== '.' && part !== '') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

export function tableOf(context: RunContext<unknown>): TableValue {
  const table = context.inputs['table']?.[0];
  if (table?.kind !== 'table') throw new Error('writer: no table');
  return table;
}

export const shownPath = (path: string): string => (path.length > 55 ? `…${path.slice(-54)}` : path);

/** The outputs of a finished writer. */
export function writerResult(context: RunContext<unknown>, title: string, table: TableValue, written: WrittenFile): Record<string, PortValue> {
  for (const note of written.notes) context.report(note);
  const files = written.files === 1 ? '' : ` in ${written.files} files`;
  return {
    table,
    report: {
      kind: 'report',
      report: {
        title,
        blocks: [
          { type: 'text', markdown: `Wrote ${codeSpan(written.path)} (${formatBytes(written.bytes)}${files}).` },
          {
            type: 'metrics',
            metrics: [
              { name: 'rows', value: written.rows, format: 'count', help: 'Rows written.' },
              { name: 'columns', value: table.schema.length, format: 'count', help: 'Columns written.' },
              { name: 'size', value: written.bytes, format: 'bytes', help: 'Size on the disk.' },
              { name: 'files', value: written.files, format: 'count', help: 'Files written.' },
            ],
          },
        ],
      },
    },
  };
}
