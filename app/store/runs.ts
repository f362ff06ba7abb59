import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { ColumnLineage } from '#app/relation/types.ts';
import type { StoreDatabase } from './database.ts';
import { nodeRunRow, readRow, runRow, type NodeRunRecord, type RunRecord, type SeriesRecord, type StoredRunStatus } from './records.ts';

const runColumns = `run_id as runId, pipeline_id as pipelineId, pipeline_path as pipelinePath, title, version_hash as versionHash,
  status, started_at as startedAt, ms`;

export interface LineageRecord {
  readonly nodeId: string;
  readonly port: string;
  readonly columns: readonly ColumnLineage[];
}

/** Runs, what each node did in them, their numbers and curves, and the documents they ran. */
export class RunStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  /** Stores the text of a document once for each content; gives its hash. */
  saveVersion(pipelineId: string, text: string, now = Date.now()): string {
    const hash = createHash('sha256').update(text).digest('hex');
    this.#db.run('insert into pipeline_versions (hash, pipeline_id, document, created_at) values (?, ?, ?, ?) on conflict do nothing', hash, pipelineId, text, now);
    return hash;
  }

  /** Text of a stored document. @throws PenstockError `version-missing`. */
  version(hash: string): string {
    const row = this.#db.get('select document from pipeline_versions where hash = ?', hash);
    if (row === undefined) throw new PenstockError('version-missing', 'That version of the pipeline is not in the project.');
    return z.string().parse(row['document']);
  }

  /** Newest first. */
  versions(pipelineId: string): { hash: string; createdAt: number }[] {
    const rows = this.#db.all('select hash, created_at as createdAt from pipeline_versions where pipeline_id = ? order by created_at desc, rowid desc', pipelineId);
    return z.array(z.object({ hash: z.string(), createdAt: z.number() })).parse(rows);
  }

  start(run: { runId: string; pipelineId: string; pipelinePath: string | null; title: string; document: string; startedAt: number }): void {
    this.#db.transaction(() => {
      const hash = this.saveVersion(run.pipelineId, run.document, run.startedAt);
      this.#db.run(
        "insert into runs (run_id, pipeline_id, pipeline_path, title, version_hash, status, started_at, ms) values (?, ?, ?, ?, ?, 'running', ?, null)",
        run.runId,
        run.pipelineId,
        run.pipelinePath,
        run.title,
        hash,
        run.startedAt,
      );
    });
  }

  finish(runId: string, status: Exclude<StoredRunStatus, 'running'>, ms: number): void {
    this.#db.run('update runs set status = ?, ms = ? where run_id = ?', status, ms, runId);
  }

  /** Runs that a dead process left running become `interrupted`, their unfinished nodes `cancelled`. Ids, oldest first. */
  interruptLeftovers(): string[] {
    return this.#db.transaction(() => {
      const ids = z.array(z.object({ id: z.string() })).parse(this.#db.all("select run_id as id from runs where status = 'running' order by run_id"));
      for (const { id } of ids) {
        this.#db.run("update node_runs set status = 'cancelled', reason = 'the engine stopped' where run_id = ? and status in ('queued', 'running')", id);
        this.#db.run("update runs set status = 'interrupted' where run_id = ?", id);
      }
      return ids.map(({ id }) => id);
    });
  }

  /** Newest first. @throws PenstockError `record-damaged` where one of them is. */
  list(options: { pipelineId?: string; limit?: number } = {}): RunRecord[] {
    return this.listEach(options).map(({ read }) => read());
  }

  /** As `list`, each to be read by itself: `read` throws PenstockError `record-damaged`; `raw` is what lies there, whatever it is. */
  listEach({ pipelineId, limit = 100 }: { pipelineId?: string; limit?: number } = {}): { readonly raw: Readonly<Record<string, unknown>>; read(): RunRecord }[] {
    const rows =
      pipelineId === undefined
        ? this.#db.all(`select ${runColumns} from runs order by run_id desc limit ?`, limit)
        : this.#db.all(`select ${runColumns} from runs where pipeline_id = ? order by run_id desc limit ?`, pipelineId, limit);
    return rows.map((raw) => ({ raw, read: () => readRow(runRow, raw, `run ${String(raw['runId'])}`) }));
  }

  get(runId: string): RunRecord | null {
    const row = this.#db.get(`select ${runColumns} from runs where run_id = ?`, runId);
    return row === undefined ? null : readRow(runRow, row, `run ${runId}`);
  }

  remove(runId: string): void {
    this.#db.run('delete from runs where run_id = ?', runId);
  }

  /** Inserts or replaces what is known of a node in a run; `ordinal` is its place in the list. */
  saveNode(runId: string, ordinal: number, node: NodeRunRecord): void {
    this.#db.transaction(() => {
      this.#db.run(
        `insert into node_runs (run_id, node_id, ordinal, type, title, status, reason, cache_key, ms, ports, diagnostics, started_ms)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (run_id, node_id) do update set ordinal = excluded.ordinal, status = excluded.status, reason = excluded.reason,
           cache_key = excluded.cache_key, ms = excluded.ms, ports = excluded.ports, diagnostics = excluded.diagnostics, started_ms = excluded.started_ms`,
        runId,
        node.nodeId,
        ordinal,
        node.type,
        node.title,
        node.status,
        node.reason,
        node.cacheKey,
        node.ms,
        JSON.stringify(node.ports),
        JSON.stringify(node.diagnostics),
        node.startedMs ?? null,
      );
      for (const [name, value] of Object.entries(node.metrics)) {
        // NaN and infinities have no place in SQLite's reals: stored as null, read as NaN.
        this.#db.run(
          'insert into metrics (run_id, node_id, name, value) values (?, ?, ?, ?) on conflict do update set value = excluded.value',
          runId,
          node.nodeId,
          name,
          Number.isFinite(value) ? value : null,
        );
      }
    });
  }

  nodes(runId: string): NodeRunRecord[] {
    const metrics = this.metrics(runId);
    return this.#db
      .all('select node_id as nodeId, type, title, status, reason, cache_key as cacheKey, ms, started_ms as startedMs, ports, diagnostics from node_runs where run_id = ? order by ordinal, node_id', runId)
      .map((row) => {
        const node = readRow(nodeRunRow, row, `node “${String(row['nodeId'])}” of run ${runId}`);
        return { ...node, metrics: metrics.get(node.nodeId) ?? {} };
      });
  }

  /** Ports of each node in the last successful run it was in, among the pipeline's last twenty. Where that record is damaged it has none: what was before is a courtesy, and the next run mends it. */
  lastPorts(pipelineId: string): Map<string, NodeRunRecord['ports']> {
    const rows = this.#db.all(
      `select n.node_id as nodeId, n.ports, max(n.run_id) as runId from node_runs n
       join (select run_id from runs where pipeline_id = ? and status = 'succeeded' order by run_id desc limit 20) r on r.run_id = n.run_id
       where n.status in ('succeeded', 'cached') group by n.node_id`,
      pipelineId,
    );
    return new Map(rows.flatMap((row) => lastPortsRow.safeParse(row).data ?? []).map(({ nodeId, ports }) => [nodeId, ports]));
  }

  /** A metric of a node in the last successful runs, newest first. */
  lastMetrics(pipelineId: string, nodeId: string, name: string, limit: number): number[] {
    const rows = this.#db.all(
      "select m.value from runs r join metrics m on m.run_id = r.run_id and m.node_id = ? and m.name = ? where r.pipeline_id = ? and r.status = 'succeeded' and m.value is not null order by r.run_id desc limit ?",
      nodeId,
      name,
      pipelineId,
      limit,
    );
    return z.array(z.object({ value: z.number() })).parse(rows).map(({ value }) => value);
  }

  /** Final numbers by node. */
  metrics(runId: string): Map<string, Record<string, number>> {
    const byNode = new Map<string, Record<string, number>>();
    for (const row of this.#db.all('select node_id as nodeId, name, value from metrics where run_id = ? order by node_id, name', runId)) {
      const { nodeId, name, value } = readRow(metricRow, row, `a metric of run ${runId}`);
      const metrics = byNode.get(nodeId) ?? {};
      metrics[name] = value ?? Number.NaN;
      byNode.set(nodeId, metrics);
    }
    return byNode;
  }

  /** Adds points to a live curve, as one chunk; call it a few times a second, not a few thousand. */
  appendSeries(runId: string, nodeId: string, name: string, steps: readonly number[], values: readonly number[]): void {
    if (steps.length === 0) return;
    if (steps.length !== values.length) throw new RangeError('appendSeries: as many steps as values are needed');
    this.#db.run(
      `insert into series (run_id, node_id, name, chunk, steps, points)
       select r.run_id, ?, ?, (select count(*) from series s where s.run_id = r.run_id and s.node_id = ? and s.name = ?), ?, ?
       from runs r where r.run_id = ?`,
      nodeId,
      name,
      nodeId,
      name,
      packed(steps),
      packed(values),
      runId,
    );
  }

  /** Joins the chunks of a node's curves into one each; call it when the node ends. */
  compactSeries(runId: string, nodeId: string): void {
    this.#db.transaction(() => {
      const series = this.series(runId).filter((one) => one.nodeId === nodeId);
      this.#db.run('delete from series where run_id = ? and node_id = ?', runId, nodeId);
      for (const { name, steps, values } of series) this.appendSeries(runId, nodeId, name, steps, values);
    });
  }

  series(runId: string): SeriesRecord[] {
    const found: SeriesRecord[] = [];
    for (const row of this.#db.all('select node_id as nodeId, name, steps, points from series where run_id = ? order by node_id, name, chunk', runId)) {
      const { nodeId, name, steps, points } = readRow(seriesRow, row, `a curve of run ${runId}`);
      const last = found.at(-1);
      if (last?.nodeId === nodeId && last.name === name) {
        last.steps.push(...unpacked(steps));
        last.values.push(...unpacked(points));
      } else found.push({ nodeId, name, steps: unpacked(steps), values: unpacked(points) });
    }
    return found;
  }

  saveLineage(runId: string, lineage: LineageRecord): void {
    this.#db.transaction(() => {
      this.#db.run('delete from lineage where run_id = ? and node_id = ? and port = ?', runId, lineage.nodeId, lineage.port);
      for (const { column, from } of lineage.columns) {
        from.forEach((source, ordinal) =>
          this.#db.run(
            `insert into lineage (run_id, node_id, port, column_name, ordinal, source_label, source_node, source_port, source_column, via)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
            runId,
            lineage.nodeId,
            lineage.port,
            column,
            ordinal,
            source.label,
            source.origin?.nodeId ?? null,
            source.origin?.port ?? null,
            source.column,
            source.via,
          ),
        );
      }
    });
  }

  /** Columns without any source are absent. */
  lineage(runId: string, nodeId: string, port: string): ColumnLineage[] {
    const columns = new Map<string, ColumnLineage['from'][number][]>();
    const rows = this.#db.all('select * from lineage where run_id = ? and node_id = ? and port = ? order by column_name, ordinal', runId, nodeId, port);
    for (const row of rows) {
      const one = readRow(lineageRow, row, `lineage of run ${runId}`);
      const origin = one.source_node === null || one.source_port === null ? {} : { origin: { nodeId: one.source_node, port: one.source_port } };
      const list = columns.get(one.column_name) ?? [];
      list.push({ label: one.source_label, column: one.source_column, via: one.via, ...origin });
      columns.set(one.column_name, list);
    }
    return [...columns].map(([column, from]) => ({ column, from }));
  }

  /** Where a source's column went: every column of every run that was computed from it. Newest run first. */
  impact(label: string, column: string): { runId: string; nodeId: string; port: string; column: string }[] {
    const rows = this.#db.all(
      'select run_id as runId, node_id as nodeId, port, column_name as "column" from lineage where source_label = ? and source_column = ? order by run_id desc, node_id, port, column_name',
      label,
      column,
    );
    return z.array(z.object({ runId: z.string(), nodeId: z.string(), port: z.string(), column: z.string() })).parse(rows);
  }
}

const lastPortsRow = z.object({ nodeId: z.string(), ports: nodeRunRow.shape.ports });
const metricRow = z.object({ nodeId: z.string(), name: z.string(), value: z.number().nullable() });
const seriesRow = z.object({ nodeId: z.string(), name: z.string(), steps: z.instanceof(Uint8Array), points: z.instanceof(Uint8Array) });
const lineageRow = z.object({
  column_name: z.string(),
  source_label: z.string(),
  source_node: z.string().nullable(),
  source_port: z.string().nullable(),
  source_column: z.string(),
  via: z.enum(['value', 'filter']),
});

/** Little-endian float64, whatever the machine's order. */
function packed(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setFloat64(index * 8, value, true));
  return bytes;
}

function unpacked(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / 8) }, (_, index) => view.getFloat64(index * 8, true));
}
