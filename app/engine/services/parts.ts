import type { Database, QueryOptions } from '#app/data/index.ts';
import type { Schema } from '#app/relation/types.ts';
import type { Relation } from '#app/relation/types.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import type { ArtifactFiles } from './artifact-files.ts';

/** What the table services of one node run are made of. */
export interface ServiceParts {
  readonly database: Database;
  readonly artifacts: ArtifactFiles;
  readonly signal: AbortSignal;
  readonly progress: Pick<QueryOptions, 'progress'>;
  /** Takes a finished Parquet file among the artifacts and gives the table that scans it. */
  adopted(file: string, label: string, rows: number, bytes: number, schema: Schema): Promise<TableValue>;
  /** Passes a query's result on, and tells the run of a failure: the fault may lie in a fused node upstream. */
  watched<T>(relation: Relation, query: Promise<T>): Promise<T>;
  /** For the one query over a relation: hears how it ran. */
  profileOf(relation: Relation): QueryOptions['profile'];
}
