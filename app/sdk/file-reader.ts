import { formatCount } from '#app/core/units.ts';
import type { Fingerprint, ProbeContext, RunContext } from './node.ts';
import type { Diagnostic } from '#app/core/errors.ts';
import type { TableValue } from './ports.ts';
import { fileName } from './reader-params.ts';

/** What the executors of readers of one file have in common. */

/** The file's size and modification time, under its name; nothing while no file is chosen. */
export async function fileFingerprint({ path }: { readonly path: string }, context: ProbeContext): Promise<Fingerprint> {
  if (path === '') return {};
  const { size, mtimeMs } = await context.files.stat(context.resolvePath(path));
  return { [fileName(path)]: `${size}:${mtimeMs}` };
}

/** Says what was read and what was set aside, and hands on both tables. */
export async function readOutputs(context: RunContext<unknown>, label: string, read: { readonly table: TableValue; readonly rejects: TableValue; readonly notes: readonly Diagnostic[] }): Promise<{ table: TableValue; rejects: TableValue }> {
  const { table, rejects, notes } = read;
  for (const note of notes) context.report(note);
  const set = await context.tables.count(rejects.relation);
  context.log('info', `${label}: ${formatCount(await context.tables.count(table.relation))} rows, ${table.schema.length} columns`);
  if (set > 0) context.report({ severity: 'warning', code: 'rows-set-aside', message: `${formatCount(set)} ${set === 1 ? 'value does' : 'values do'} not fit; ${set === 1 ? 'its row is' : 'their rows are'} in the output “Rejects”.`, remedy: 'Look at the rejects, then correct the file or the column types.', place: { port: 'rejects' } });
  return { table, rejects };
}
