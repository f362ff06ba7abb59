import { PenstockError } from '#app/core/errors.ts';
import type { Database } from '#app/data/index.ts';
import { runJavaScript, runPython, type InputTable, type ScriptTask, type TypedColumn } from '#app/scripting/index.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import type { ScriptRequest, ScriptServices } from '#app/sdk/scripts.ts';
import type { ArtifactFiles } from './artifact-files.ts';
import { tableServices, type WrittenTables } from './node-services.ts';

export interface ScriptParts {
  readonly database: Database;
  readonly artifacts: ArtifactFiles;
  readonly written: WrittenTables;
  readonly signal: AbortSignal;
  readonly seed: number;
  /** The node's own limit of memory, MB, where it has one; the smaller of both holds. */
  readonly megabytes?: number | undefined;
  /** Of the node, for its table. */
  readonly title: string;
  log(level: 'info' | 'warning', message: string): void;
}

/** Runs scripts of one node run. */
export function scriptServices(parts: ScriptParts): ScriptServices {
  const { database, signal, seed, title, log } = parts;

  async function run(request: ScriptRequest, execute: (task: ScriptTask) => Promise<TypedColumn[]>): Promise<TableValue> {
    const { code, values, columns } = request;
    const limits = { ...request.limits, megabytes: Math.min(request.limits.megabytes, parts.megabytes ?? Infinity) };
    const tables: InputTable[] = [];
    for (const [i, relation] of request.tables.entries()) {
      try {
        tables.push(await database.columnParts(relation, limits.rows, signal));
      } catch (error) {
        if (error instanceof PenstockError && error.code === 'result-too-large') throw new PenstockError(error.code, error.message, { ...(error.remedy === undefined ? {} : { remedy: error.remedy }), place: { port: 'table', line: i + 1 } });
        throw error;
      }
    }
    const returned = await execute({ code, tables, params: values, columns, seed, limits, log: (line) => log('info', line) });
    return tableServices(parts).fromColumns(returned, title);
  }

  return {
    javascript: (request) => run(request, (task) => runJavaScript(task, signal)),
    python: (request, interpreter) => run(request, (task) => runPython(interpreter, task, signal)),
  };
}
