import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import type { StoreDatabase } from './database.ts';
import { jsonColumn, readRow, storedModelValue } from './records.ts';

export interface ModelVersionRecord {
  readonly name: string;
  readonly version: number;
  readonly createdAt: number;
  readonly value: ModelValue;
  readonly runId: string | null;
  readonly nodeId: string | null;
  readonly pipelineTitle: string | null;
  readonly note: string;
}

const versionRow = z.object({
  name: z.string(),
  version: z.number(),
  createdAt: z.number(),
  value: jsonColumn(storedModelValue),
  runId: z.string().nullable(),
  nodeId: z.string().nullable(),
  pipelineTitle: z.string().nullable(),
  note: z.string(),
});

const columns = `name, version, created_at as createdAt, value, run_id as runId, node_id as nodeId, pipeline_title as pipelineTitle, note`;

/** Letters, digits, hyphen and underscore: the name is part of file names and of addresses. */
export const modelNamePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** Registered models: names with versions 1, 2, 3 … that never change. */
export class ModelStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  /**
   * Adds the next version of a name. The same model (by its file) registered again under the name gives the version it has.
   * @throws PenstockError `model-name`.
   */
  register(
    name: string,
    value: ModelValue,
    facts: { runId: string | null; nodeId: string | null; pipelineTitle: string | null; note: string; createdAt: number },
  ): { name: string; version: number; isNew: boolean } {
    if (!modelNamePattern.test(name)) {
      throw new PenstockError('model-name', `“${name}” cannot be the name of a model.`, { remedy: 'Use letters, digits, hyphens and underscores, at most 63.' });
    }
    return this.#db.transaction(() => {
      const last = readRow(
        z.object({ version: z.number(), same: z.number().nullable() }),
        this.#db.get('select coalesce(max(version), 0) as version, max(case when onnx = ? then version end) as same from model_versions where name = ?', value.onnx, name),
        `model ${name}`,
      );
      if (last.same !== null && last.same === last.version) return { name, version: last.version, isNew: false };
      const version = last.version + 1;
      this.#db.run('insert into models (name, created_at) values (?, ?) on conflict do nothing', name, facts.createdAt);
      this.#db.run(
        'insert into model_versions (name, version, created_at, value, onnx, run_id, node_id, pipeline_title, note) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        name,
        version,
        facts.createdAt,
        JSON.stringify(value),
        value.onnx,
        facts.runId,
        facts.nodeId,
        facts.pipelineTitle,
        facts.note,
      );
      return { name, version, isNew: true };
    });
  }

  /** Newest first. */
  list(): ModelVersionRecord[] {
    return this.#db.all(`select ${columns} from model_versions order by created_at desc, name, version desc`).map(recordOf);
  }

  /** A version, or the latest. */
  get(name: string, version?: number): ModelVersionRecord | null {
    const row =
      version === undefined
        ? this.#db.get(`select ${columns} from model_versions where name = ? order by version desc limit 1`, name)
        : this.#db.get(`select ${columns} from model_versions where name = ? and version = ?`, name, version);
    return row === undefined ? null : recordOf(row);
  }

  remove(name: string, version: number): void {
    this.#db.transaction(() => {
      this.#db.run('delete from model_versions where name = ? and version = ?', name, version);
      this.#db.run('delete from models where name = ? and not exists (select 1 from model_versions v where v.name = models.name)', name);
    });
  }
}

function recordOf(row: unknown): ModelVersionRecord {
  return readRow(versionRow, row, 'a model version');
}
