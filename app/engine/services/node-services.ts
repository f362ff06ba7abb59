import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isCancelled, PenstockError } from '#app/core/errors.ts';
import type { Database, ProfiledOperator } from '#app/data/index.ts';
import { scanParquet } from '#app/relation/build.ts';
import { didYouMean, schemaOf } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import type { ArtifactServices, FileServices, ProbeContext, RegistryProbes, TableServices } from '#app/sdk/node.ts';
import type { FeatureProbes } from '#app/sdk/features.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import type { ArtifactFiles } from './artifact-files.ts';
import { chartServices } from './charts.ts';
import { csvFileServices, csvTableServices } from './csv.ts';
import type { OutsideDatabases } from './databases.ts';
import { formatFileServices, formatTableServices } from './formats.ts';
import type { ServiceParts } from './parts.ts';

/** Rows and bytes of tables that were written, by file path, so that nobody has to count them again. */
export type WrittenTables = Map<string, { readonly rows: number; readonly bytes: number }>;

export function fileServices(database: Database): FileServices {
  return {
    async stat(path) {
      const info = await stat(path).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        const beside = await readdir(dirname(path)).catch(() => []);
        throw new PenstockError('file-missing', `The file ${path} does not exist.${didYouMean(basename(path), beside)}`, {
          remedy: 'Check the path, or choose the file again.',
          place: { file: path },
        });
      });
      return { size: info.size, mtimeMs: info.mtimeMs };
    },
    ...csvFileServices(database),
    ...formatFileServices(database),
    parquetSchema: (path) => database.parquetSchema(path),
  };
}

export interface ProbeSources {
  readonly database: Database;
  readonly outside: OutsideDatabases;
  readonly features: FeatureProbes;
  readonly registry: RegistryProbes;
  resolvePath(path: string): string;
}

export function probeContext({ database, outside, features, registry, resolvePath }: ProbeSources, signal: AbortSignal): ProbeContext {
  return { signal, resolvePath, files: fileServices(database), databases: outside.probes(signal), features, registry };
}

export function artifactServices(artifacts: ArtifactFiles): ArtifactServices {
  return {
    put: (bytes, name) => artifacts.put(bytes, name),
    read: (id) => artifacts.read(id),
    path: (id) => artifacts.path(id),
  };
}

export interface TableServiceOptions {
  readonly database: Database;
  readonly artifacts: ArtifactFiles;
  readonly written: WrittenTables;
  readonly signal: AbortSignal;
  readonly progress?: (fraction: number) => void;
  /** Hears of a query over a relation that failed: the fault may lie in a fused node upstream. */
  readonly queryFailed?: (relation: Relation, error: unknown) => void;
  /** Hears how a query over a relation ran: rows, bytes and time of its operators. */
  readonly profiled?: (relation: Relation, root: ProfiledOperator) => void;
}

/** Queries of one node run: all stop with its signal. */
export function tableServices(options: TableServiceOptions): TableServices {
  const { database, artifacts, written, signal } = options;
  const progress = options.progress === undefined ? {} : { progress: options.progress };

  async function watched<T>(relation: Relation, query: Promise<T>): Promise<T> {
    try {
      return await query;
    } catch (error) {
      if (!isCancelled(error)) options.queryFailed?.(relation, error);
      throw error;
    }
  }

  async function adopted(file: string, label: string, rows: number, bytes: number, schema: TableValue['schema']): Promise<TableValue> {
    const id = await artifacts.adopt(file, `${label}.parquet`);
    const path = artifacts.path(id);
    written.set(path, { rows, bytes });
    return { kind: 'table', relation: scanParquet([path], schema, label), schema };
  }

  /** A bare scan has nothing to tell that is not known. */
  function profileOf(relation: Relation): ((root: ProfiledOperator) => void) | undefined {
    const { profiled } = options;
    return profiled === undefined || relation.op === 'scan' ? undefined : (root) => profiled(relation, root);
  }

  const parts: ServiceParts = { database, artifacts, signal, progress, adopted, watched, profileOf };
  return {
    rows: (relation, limit) => watched(relation, database.rows(relation, limit, signal, profileOf(relation))),
    count: (relation) => watched(relation, database.count(relation, signal)),
    matrix: (relation, columns) => watched(relation, database.matrix(relation, columns, signal, profileOf(relation))),
    column: (relation, name) => watched(relation, database.column(relation, name, signal, profileOf(relation))),
    async materialise(relation, label) {
      const file = await artifacts.temporary('parquet');
      const { rows, bytes } = await watched(relation, database.writeParquet(relation, file, { signal, ...progress, profile: profileOf(relation) }));
      return adopted(file, label, rows, bytes, schemaOf(relation));
    },
    async fromColumns(columns, label) {
      const file = await artifacts.temporary('parquet');
      const { rows, bytes } = await database.writeColumns(columns, file, signal);
      return adopted(file, label, rows, bytes, columns.map(({ name, type }) => ({ name, type })));
    },
    ...csvTableServices(parts),
    ...formatTableServices(parts),
    ...chartServices(parts),
  };
}
