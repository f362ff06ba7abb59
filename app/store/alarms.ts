import { z } from 'zod';
import { monitorBatchSchema, type MonitorBatch } from '#app/sdk/monitoring.ts';
import type { StoreDatabase } from './database.ts';
import { jsonColumn, readRow } from './records.ts';

export const alarmStates = ['open', 'acknowledged', 'cleared'] as const;
export type AlarmState = (typeof alarmStates)[number];

const alarmRow = z.object({
  id: z.string(),
  /** PIPELINE/NODE */
  monitor: z.string(),
  topic: z.string(),
  pipelineId: z.string(),
  pipelinePath: z.string().nullable(),
  pipelineTitle: z.string(),
  nodeId: z.string(),
  runId: z.string().nullable(),
  input: z.string().nullable(),
  column: z.string().nullable(),
  slice: z.string().nullable(),
  title: z.string(),
  message: z.string(),
  severity: z.enum(['warning', 'critical']),
  metrics: jsonColumn(z.record(z.string(), z.number().nullable())),
  state: z.enum(alarmStates),
  /** Unix ms. */
  raisedAt: z.number(),
  /** When it was last found so. */
  lastAt: z.number(),
  times: z.number(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedAt: z.number().nullable(),
  note: z.string(),
  clearedAt: z.number().nullable(),
  clearedBy: z.string().nullable(),
});
export type AlarmRecord = z.output<typeof alarmRow>;

export type NewAlarm = Omit<AlarmRecord, 'state' | 'lastAt' | 'times' | 'acknowledgedBy' | 'acknowledgedAt' | 'note' | 'clearedAt' | 'clearedBy'>;

const columns = `id, monitor, topic, pipeline_id as pipelineId, pipeline_path as pipelinePath, pipeline_title as pipelineTitle, node_id as nodeId, run_id as runId, input,
  column_name as "column", slice, title, message, severity, metrics, state, raised_at as raisedAt, last_at as lastAt, times, acknowledged_by as acknowledgedBy,
  acknowledged_at as acknowledgedAt, note, cleared_at as clearedAt, cleared_by as clearedBy`;

const batchRow = z.object({
  monitor: z.string(),
  runId: z.string(),
  at: z.number(),
  pipelineId: z.string(),
  pipelinePath: z.string().nullable(),
  pipelineTitle: z.string(),
  nodeId: z.string(),
  nodeTitle: z.string(),
  batch: jsonColumn(monitorBatchSchema),
});
export type StoredBatch = z.output<typeof batchRow>;

const batchColumns = 'monitor, run_id as runId, at, pipeline_id as pipelineId, pipeline_path as pipelinePath, pipeline_title as pipelineTitle, node_id as nodeId, node_title as nodeTitle, batch';

/** Batches of a monitor that are kept. */
const keptBatches = 500;

/** What monitors saw, and alarms: open, acknowledged by a person, or cleared. */
export class AlarmStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  /** Inserts an open alarm. The caller has looked that none of its monitor and topic is alive. */
  insert(alarm: NewAlarm): AlarmRecord {
    this.#db.run(
      `insert into alarms (id, monitor, topic, pipeline_id, pipeline_path, pipeline_title, node_id, run_id, input, column_name, slice, title, message, severity, metrics, state, raised_at, last_at, times)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, 1)`,
      alarm.id,
      alarm.monitor,
      alarm.topic,
      alarm.pipelineId,
      alarm.pipelinePath,
      alarm.pipelineTitle,
      alarm.nodeId,
      alarm.runId,
      alarm.input,
      alarm.column,
      alarm.slice,
      alarm.title,
      alarm.message,
      alarm.severity,
      JSON.stringify(alarm.metrics),
      alarm.raisedAt,
      alarm.raisedAt,
    );
    return this.#known(alarm.id);
  }

  /** Found so once more: the latest words, place and numbers; a person's acknowledgement stays, unless it has become worse. */
  renew(id: string, now: Pick<NewAlarm, 'runId' | 'column' | 'slice' | 'input' | 'title' | 'message' | 'severity' | 'metrics'>, at: number): AlarmRecord {
    this.#db.run(
      `update alarms set state = case when severity = 'warning' and ? = 'critical' then 'open' else state end, run_id = ?, input = ?, column_name = ?, slice = ?, title = ?, message = ?, severity = ?, metrics = ?, last_at = ?, times = times + 1 where id = ?`,
      now.severity,
      now.runId,
      now.input,
      now.column,
      now.slice,
      now.title,
      now.message,
      now.severity,
      JSON.stringify(now.metrics),
      at,
      id,
    );
    return this.#known(id);
  }

  acknowledge(id: string, by: string, note: string, at: number): AlarmRecord {
    this.#db.run("update alarms set state = 'acknowledged', acknowledged_by = ?, acknowledged_at = ?, note = ? where id = ? and state <> 'cleared'", by, at, note, id);
    return this.#known(id);
  }

  clear(id: string, by: string, at: number): AlarmRecord {
    this.#db.run("update alarms set state = 'cleared', cleared_at = ?, cleared_by = ? where id = ? and state <> 'cleared'", at, by, id);
    return this.#known(id);
  }

  get(id: string): AlarmRecord | null {
    const row = this.#db.get(`select ${columns} from alarms where id = ?`, id);
    return row === undefined ? null : readRow(alarmRow, row, `alarm ${id}`);
  }

  /** The one of a topic that is not cleared. */
  alive(monitor: string, topic: string): AlarmRecord | null {
    const row = this.#db.get(`select ${columns} from alarms where monitor = ? and topic = ? and state <> 'cleared'`, monitor, topic);
    return row === undefined ? null : readRow(alarmRow, row, `an alarm of ${monitor}`);
  }

  /** When an alarm of a topic was last found so, Unix ms; null: never. */
  lastAt(monitor: string, topic: string): number | null {
    return z.object({ at: z.number().nullable() }).parse(this.#db.get('select max(last_at) as at from alarms where monitor = ? and topic = ?', monitor, topic)).at;
  }

  /** Open ones first, then acknowledged, then cleared ones; in each the newest first. */
  list(options: { readonly states?: readonly AlarmState[]; readonly limit?: number } = {}): AlarmRecord[] {
    const states = options.states ?? alarmStates;
    const rows = this.#db.all(
      `select ${columns} from alarms where state in (${states.map(() => '?').join(', ')}) order by case state when 'open' then 0 when 'acknowledged' then 1 else 2 end, last_at desc, id desc limit ?`,
      ...states,
      options.limit ?? 200,
    );
    return rows.map((row) => readRow(alarmRow, row, 'an alarm'));
  }

  /** Keeps a batch; one a monitor and run. Of old ones the latest few hundred stay. */
  saveBatch(batch: Omit<StoredBatch, 'batch'> & { readonly batch: MonitorBatch }): void {
    const { monitor, runId, at, pipelineId, pipelinePath, pipelineTitle, nodeId, nodeTitle } = batch;
    this.#db.transaction(() => {
      this.#db.run(
        `insert into monitor_batches (monitor, run_id, at, pipeline_id, pipeline_path, pipeline_title, node_id, node_title, batch) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (monitor, run_id) do update set at = excluded.at, batch = excluded.batch`,
        monitor,
        runId,
        at,
        pipelineId,
        pipelinePath,
        pipelineTitle,
        nodeId,
        nodeTitle,
        JSON.stringify(batch.batch),
      );
      this.#db.run('delete from monitor_batches where monitor = ? and run_id not in (select run_id from monitor_batches where monitor = ? order by at desc, run_id desc limit ?)', monitor, monitor, keptBatches);
    });
  }

  /** Newest first. */
  batches(monitor: string, limit: number): StoredBatch[] {
    return this.#db.all(`select ${batchColumns} from monitor_batches where monitor = ? order by at desc, run_id desc limit ?`, monitor, limit).map((row) => readRow(batchRow, row, `a batch of ${monitor}`));
  }

  /** The latest batch of each monitor, newest first, with how many there are. */
  monitors(): (StoredBatch & { readonly count: number })[] {
    const rows = this.#db.all(
      `select ${batchColumns}, (select count(*) from monitor_batches c where c.monitor = b.monitor) as count from monitor_batches b
       where run_id = (select run_id from monitor_batches m where m.monitor = b.monitor order by at desc, run_id desc limit 1) order by at desc, monitor`,
    );
    return rows.map((row) => readRow(batchRow.extend({ count: z.number() }), row, 'a monitor'));
  }

  /** File of the pipeline that a run is of, as it was then. */
  pathOfRun(runId: string): string | null {
    const row = this.#db.get('select pipeline_path as path from runs where run_id = ?', runId);
    return row === undefined ? null : z.object({ path: z.string().nullable() }).parse(row).path;
  }

  #known(id: string): AlarmRecord {
    const found = this.get(id);
    if (found === null) throw new Error(`alarm ${id} is not there`);
    return found;
  }
}
