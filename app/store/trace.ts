import { z } from 'zod';
import type { StoreDatabase } from './database.ts';
import { jsonColumn, readRow } from './records.ts';

/** A signature over the audit log up to a row. */
export interface AuditHead {
  readonly seq: number;
  /** Of that row. */
  readonly hash: string;
  /** Unix ms. */
  readonly at: number;
  /** SPKI of an Ed25519 key, base64. */
  readonly publicKey: string;
  /** Base64. */
  readonly signature: string;
}

export interface DatasetVersionRecord {
  readonly runId: string;
  readonly nodeId: string;
  readonly direction: 'read' | 'write';
  /** `file:data/orders.csv`, `sample:penguins`, `folder:data/2024`, `database:shop/orders`, `inline:PIPELINE/NODE`. */
  readonly dataset: string;
  readonly title: string;
  /** Hash of everything known of the state: equal versions are equal data as far as was looked. */
  readonly version: string;
  readonly path: string | null;
  readonly bytes: number | null;
  /** Unix ms, with fractions where the disk has them. */
  readonly modifiedAt: number | null;
  /** Of the content; null for what was not read as one file, or is larger than is hashed. */
  readonly sha256: string | null;
  readonly rows: number | null;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** What the node's cache key had of it. */
  readonly fingerprint: Readonly<Record<string, string>>;
}

const headRow = z.object({ seq: z.number(), hash: z.string(), at: z.number(), publicKey: z.string(), signature: z.string() });
const versionRow = z.object({
  runId: z.string(),
  nodeId: z.string(),
  direction: z.enum(['read', 'write']),
  dataset: z.string(),
  title: z.string(),
  version: z.string(),
  path: z.string().nullable(),
  bytes: z.number().nullable(),
  modifiedAt: z.number().nullable(),
  sha256: z.string().nullable(),
  rows: z.number().nullable(),
  columns: jsonColumn(z.array(z.object({ name: z.string(), type: z.string() }))),
  fingerprint: jsonColumn(z.record(z.string(), z.string())),
});

const columns = 'run_id as runId, node_id as nodeId, direction, dataset, title, version, path, bytes, modified_at as modifiedAt, sha256, rows, columns, fingerprint';

/** Signed heads of the audit log, and the data that runs read and wrote. */
export class TraceStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  /** Oldest first. */
  heads(): AuditHead[] {
    return this.#db.all('select seq, hash, at, public_key as publicKey, signature from audit_heads order by seq').map((row) => readRow(headRow, row, 'a signed head of the audit log'));
  }

  addHead({ seq, hash, at, publicKey, signature }: AuditHead): void {
    this.#db.run('insert into audit_heads (seq, hash, at, public_key, signature) values (?, ?, ?, ?, ?) on conflict (seq) do nothing', seq, hash, at, publicKey, signature);
  }

  /** Replaces what is recorded of a run. */
  saveVersions(runId: string, versions: readonly DatasetVersionRecord[]): void {
    this.#db.transaction(() => {
      this.#db.run('delete from dataset_versions where run_id = ?', runId);
      versions.forEach((one, ordinal) =>
        this.#db.run(
          `insert into dataset_versions (run_id, node_id, ordinal, direction, dataset, title, version, path, bytes, modified_at, sha256, rows, columns, fingerprint)
           select r.run_id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? from runs r where r.run_id = ?`,
          one.nodeId,
          ordinal,
          one.direction,
          one.dataset,
          one.title,
          one.version,
          one.path,
          one.bytes,
          one.modifiedAt,
          one.sha256,
          one.rows,
          JSON.stringify(one.columns),
          JSON.stringify(one.fingerprint),
          runId,
        ),
      );
    });
  }

  versionsOfRun(runId: string): DatasetVersionRecord[] {
    return this.#versions('where run_id = ? order by ordinal', runId);
  }

  /** Every reading and writing of a dataset, newest run first; of one version of it where that is given. */
  uses(dataset: string, version: string | null, limit: number): DatasetVersionRecord[] {
    return version === null
      ? this.#versions('where dataset = ? order by run_id desc, ordinal limit ?', dataset, limit)
      : this.#versions('where dataset = ? and version = ? order by run_id desc, ordinal limit ?', dataset, version, limit);
  }

  /** The newest record of each dataset, by name. */
  datasets(limit: number): DatasetVersionRecord[] {
    return this.#versions('where (dataset, run_id) in (select dataset, max(run_id) from dataset_versions group by dataset) group by dataset order by dataset limit ?', limit);
  }

  /** Hash of a file's content as recorded earlier for the same size and time. */
  knownHash(path: string, bytes: number, modifiedAt: number): string | null {
    const row = this.#db.get('select sha256 from dataset_versions where path = ? and bytes = ? and modified_at = ? and sha256 is not null limit 1', path, bytes, modifiedAt);
    return row === undefined ? null : z.string().parse(row['sha256']);
  }

  /** Nodes of a run whose training table, or written table, holds what came of a column of a source. */
  columnUsers(runId: string, sourceNode: string, column: string): string[] {
    const rows = this.#db.all("select distinct node_id as nodeId from lineage where run_id = ? and source_node = ? and source_column = ? and port in ('features', 'written')", runId, sourceNode, column);
    return z.array(z.object({ nodeId: z.string() })).parse(rows).map(({ nodeId }) => nodeId);
  }

  /** Columns of sources that came into what a node of a run trained on or wrote. */
  columnSources(runId: string, nodeId: string): { readonly node: string; readonly column: string }[] {
    const rows = this.#db.all("select distinct source_node as node, source_column as \"column\" from lineage where run_id = ? and node_id = ? and port in ('features', 'written') and source_node is not null and via = 'value'", runId, nodeId);
    return z.array(z.object({ node: z.string(), column: z.string() })).parse(rows);
  }

  #versions(where: string, ...values: (string | number)[]): DatasetVersionRecord[] {
    return this.#db.all(`select ${columns} from dataset_versions ${where}`, ...values).map((row) => readRow(versionRow, row, 'a version of a dataset'));
  }
}
