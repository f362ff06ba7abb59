import { z } from 'zod';

/** What a monitoring node says of one batch: aggregates of a few kilobytes, whatever the data. It is kept by run, and shown as a history. */

export const batchStatuses = ['ok', 'warning', 'critical'] as const;
export type BatchStatus = (typeof batchStatuses)[number];

/** NaN and infinities do not survive JSON. */
const measured = z.number().nullable();

export const monitoredColumnSchema = z.object({
  /** A column, a group of people, a time window …: what the row of the heat map is. */
  name: z.string(),
  statistic: z.string(),
  value: measured,
  threshold: measured,
  status: z.enum(batchStatuses),
  /** Other numbers, by name. */
  also: z.record(z.string(), measured),
  /** One sentence: what has changed. */
  words: z.string(),
  /** Condition in the expression language for the rows that it is about; '': all. */
  slice: z.string(),
  /** Bins of both sides: shares by bin. */
  overlay: z.object({ labels: z.array(z.string()), reference: z.array(z.number()), current: z.array(z.number()) }).optional(),
});
export type MonitoredColumn = z.infer<typeof monitoredColumnSchema>;

/** A point of time within a batch: performance, bias and service levels come in windows. */
export const monitoredWindowSchema = z.object({
  label: z.string(),
  rows: z.number(),
  /** Rows whose label has come; absent where labels do not matter. */
  labelled: z.number().optional(),
  value: measured,
  low: measured,
  high: measured,
  /** With what is estimated for the rows without a label. */
  estimate: measured.optional(),
});
export type MonitoredWindow = z.infer<typeof monitoredWindowSchema>;

export const monitorBatchSchema = z.object({
  kind: z.enum(['data-drift', 'prediction-drift', 'performance', 'bias', 'service-levels', 'data-quality', 'metric']),
  rows: z.number(),
  /** What the line of the history shows, and where it becomes an alarm; `higherIsWorse`: on which side. */
  statistic: z.string(),
  value: measured,
  threshold: measured,
  higherIsWorse: z.boolean(),
  status: z.enum(batchStatuses),
  /** One sentence. */
  words: z.string(),
  /** What alerts can ask for, by name. */
  metrics: z.record(z.string(), measured),
  columns: z.array(monitoredColumnSchema),
  windows: z.array(monitoredWindowSchema),
  /** How the threshold was set, in words; '': it was given. */
  calibration: z.string(),
  /** The input with the rows that it is about. */
  input: z.string(),
});
export type MonitorBatch = z.infer<typeof monitorBatchSchema>;

/** An alarm as a node raises it. */
export interface AlarmRequest {
  /** What it is about: an alarm of the same monitor and topic that is not cleared is brought up to date instead. */
  readonly topic: string;
  /** Node whose finding it is; default: the node that raises it. */
  readonly nodeId?: string;
  readonly title: string;
  readonly message: string;
  readonly severity: 'warning' | 'critical';
  /** Input of the node that the column and slice are of. */
  readonly input?: string;
  readonly column?: string;
  readonly slice?: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Alarms and the history that they are raised over. */
export interface AlarmServices {
  /** Keeps what a monitoring node (default: this one) saw in this run, unless it is what it saw last: the same batch again. */
  record(batch: MonitorBatch, nodeId?: string): void;
  /** What a monitoring node of this pipeline saw, the newest first; default: this node. */
  batches(limit: number, nodeId?: string): readonly { readonly runId: string; readonly at: number; readonly batch: MonitorBatch }[];
  /**
   * Raises an alarm, or brings the one there is up to date. @param cooldownMs no new one so soon after the last of its topic.
   * @returns what became of it.
   */
  raise(alarm: AlarmRequest, cooldownMs?: number): 'raised' | 'renewed' | 'cooling';
  /** Takes back what is fine again. @returns whether there was one. */
  clear(topic: string, nodeId?: string): boolean;
  /** True while an alarm of the topic is not cleared. */
  isRaised(topic: string, nodeId?: string): boolean;
}

/** Tables to compare with that are not on the canvas. */
export interface ReferenceServices {
  /**
   * What a registered version (`NAME`, `NAME@3`, `NAME@production` …) was trained on.
   * @throws PenstockError `unknown-model`; `rows`: `training-rows-gone`.
   */
  ofModel(reference: string): Promise<{
    /** `NAME@VERSION` */
    readonly name: string;
    /** Profile kept earlier, to be checked by the reader; null: none. */
    readonly saved: unknown;
    save(profile: unknown): Promise<void>;
    rows(): Promise<import('./ports.ts').TableValue>;
  }>;
}
