import type { PenstockError } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { runJavaScript } from './javascript/run-javascript.ts';
import { runPython } from './python/run-python.ts';
import type { InputTable, ScriptTask } from './run-script.ts';
import type { TypedColumn } from './returned.ts';

/** The harness of the tests of scripts: code in, columns or what went wrong out. */

export interface Ran {
  readonly log: string[];
  readonly columns: Record<string, (number | string | null)[]> | null;
  readonly types: Record<string, string> | null;
  readonly error: PenstockError | null;
}

export interface RunOptions extends Partial<Pick<ScriptTask, 'tables' | 'params' | 'columns' | 'seed'>> {
  readonly seconds?: number;
  readonly megabytes?: number;
  readonly rows?: number;
  readonly signal?: AbortSignal;
}

export const runJs = (code: string, options: RunOptions = {}): Promise<Ran> => run(code, options, runJavaScript);
export const runPy = (interpreter: string, code: string, options: RunOptions = {}): Promise<Ran> => run(code, options, (task, signal) => runPython(interpreter, task, signal));

async function run(code: string, options: RunOptions, execute: (task: ScriptTask, signal: AbortSignal) => Promise<TypedColumn[]>): Promise<Ran> {
  const log: string[] = [];
  const { seconds = 60, megabytes = 512, rows = 1_000_000, signal, ...rest } = options;
  const task: ScriptTask = { code, tables: [], params: {}, columns: null, seed: 7, limits: { seconds, megabytes, rows }, log: (line) => log.push(line), ...rest };
  try {
    const returned = await execute(task, signal ?? new AbortController().signal);
    const columns = Object.fromEntries(returned.map(({ name, values }) => [name, Array.from(values)]));
    return { log, columns, types: Object.fromEntries(returned.map(({ name, type }) => [name, type])), error: null };
  } catch (error) {
    return { log, columns: null, types: null, error: error as PenstockError };
  }
}

/** A table as the database hands it over. */
export function inputTable(schema: Schema, columns: readonly (readonly (number | string | null)[])[]): InputTable {
  return {
    schema,
    rows: columns[0]?.length ?? 0,
    columns: schema.map(({ type }, i) => {
      const values = columns[i] ?? [];
      if (type === 'boolean' || type === 'integer' || type === 'float') return [new Uint8Array(Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))).buffer)];
      return [new TextEncoder().encode(JSON.stringify(values))];
    }),
  };
}
