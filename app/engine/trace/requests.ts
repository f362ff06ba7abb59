import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { PenstockError } from '#app/core/errors.ts';
import type { Database } from '#app/data/index.ts';
import { call, col, filter, lit, scanParquet } from '#app/relation/build.ts';
import type { Schema } from '#app/relation/types.ts';
import { withPlainFile } from '#app/sealing/plain-copy.ts';

type Cell = null | boolean | number | string;

export interface LoggedRequest {
  readonly id: string;
  readonly model: string;
  readonly version: number | null;
  readonly at: string | null;
  readonly schema: Schema;
  readonly cells: readonly Cell[];
}

/**
 * A request in the project's request logs (`requests/MODEL/`: segments of NDJSON, closed ones as Parquet).
 * @throws PenstockError `unknown-request`.
 */
export async function findRequest(projectDir: string, database: Database, id: string, signal: AbortSignal): Promise<LoggedRequest> {
  const root = path.join(projectDir, 'requests');
  for (const model of await names(root)) {
    const folder = path.join(root, model);
    if (!(await stat(folder)).isDirectory()) continue;
    const files = (await names(folder)).map((name) => path.join(folder, name));
    for (const file of files.filter((name) => name.endsWith('.ndjson'))) {
      const found = await withPlainFile(file, (plain) => inLines(plain, id, signal));
      if (found !== null) return requestOf(id, model, Object.keys(found).map((name) => ({ name, type: typeOf(found[name]) })), Object.values(found).map(cellOf));
    }
    for (const file of files.filter((name) => name.endsWith('.parquet'))) {
      const found = await withPlainFile(file, async (plain) => {
        const { schema } = await database.parquetSchema(plain, signal);
        if (!schema.some(({ name }) => name === 'request_id')) return null;
        const { rows } = await database.rows(filter(scanParquet([plain], schema, model), call('equals', col('request_id'), lit(id, 'string'))), 2, signal);
        return rows[0] === undefined ? null : requestOf(id, model, schema, rows[0].map(cellOf));
      });
      if (found !== null) return found;
    }
  }
  throw new PenstockError('unknown-request', `There is no request “${id}” in the request logs of this project.`, { remedy: 'Servers log a part of the requests, and for a limited time: look at the settings of the server.' });
}

const names = (folder: string): Promise<string[]> => readdir(folder).then((found) => found.sort()).catch(() => []);

async function inLines(file: string, id: string, signal: AbortSignal): Promise<Record<string, unknown> | null> {
  const lines = createInterface({ input: createReadStream(file, { signal }), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) {
      // Most lines are told apart without reading them.
      if (!line.includes(id)) continue;
      const value = parsed(line);
      if (value?.['request_id'] === id) return value;
    }
    return null;
  } finally {
    lines.close();
  }
}

/** A line that was cut off by a kill is none. */
function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function requestOf(id: string, model: string, schema: Schema, cells: readonly Cell[]): LoggedRequest {
  const value = (name: string): Cell => cells[schema.findIndex((column) => column.name === name)] ?? null;
  const version = Number(value('version'));
  const at = value('time');
  return { id, model, version: Number.isInteger(version) && version > 0 ? version : null, at: at === null ? null : String(at), schema, cells };
}

const typeOf = (value: unknown): Schema[number]['type'] => (typeof value === 'number' ? 'float' : typeof value === 'boolean' ? 'boolean' : 'string');
const cellOf = (value: unknown): Cell => (value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? value : JSON.stringify(value));
