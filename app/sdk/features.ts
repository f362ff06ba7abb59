import { z } from 'zod';
import type { FeatureTable, Relation, Schema } from '#app/relation/types.ts';
import type { TableValue } from './ports.ts';

/** Feature views: what the nodes, the store and the engine say of them to each other. */

/** Letters, digits, hyphen and underscore: part of references (`NAME@3:COLUMN`) and of addresses. */
export const viewNamePattern = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

export const featureTestChecks = ['present', 'range', 'one-of', 'unique', 'fresh', 'rows'] as const;

/** An expectation of the rows of a view. Which members count depends on `check`. */
export const featureTestSchema = z.object({
  check: z.enum(featureTestChecks),
  column: z.string(),
  /** `present`, `range`, `one-of`: least share of rows that hold it. */
  share: z.number(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  values: z.array(z.string()),
  /** `fresh`: greatest age of the newest event, whole seconds. */
  age: z.number().nullable(),
});
export type FeatureTest = z.infer<typeof featureTestSchema>;

export const featureTestResultSchema = z.object({
  check: z.enum(featureTestChecks),
  column: z.string(),
  passed: z.boolean(),
  /** What was found: a share from 0 to 1, rows, or an age in seconds; null where there was nothing to measure. */
  found: z.number().nullable(),
  /** What was asked for, in the same unit. */
  wanted: z.number(),
  /** One sentence. */
  message: z.string(),
});
export type FeatureTestResult = z.infer<typeof featureTestResultSchema>;

const columnType = z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']);
const columns = z.array(z.object({ name: z.string(), type: columnType }));

/** What makes a version of a view: when any of it changes, it is another version. */
export const viewDefinitionSchema = z.object({
  keys: columns,
  time: z.string(),
  created: z.string().nullable(),
  /** Types of `time` and, where there is one, `created`: dates or timestamps. */
  times: columns,
  delay: z.number(),
  ttl: z.number().nullable(),
  features: columns,
});
export type ViewDefinition = z.infer<typeof viewDefinitionSchema>;

/** What people say of a view; it changes without a new version. */
export const viewAboutSchema = z.object({
  owner: z.string(),
  description: z.string(),
  /** Descriptions by feature. */
  notes: z.record(z.string(), z.string()),
  tests: z.array(featureTestSchema),
});
export type ViewAbout = z.infer<typeof viewAboutSchema>;

export const featureTable = (view: string, version: number | undefined, { keys, time, created, delay, ttl }: ViewDefinition): FeatureTable => ({
  view,
  ...(version === undefined ? {} : { version }),
  keys: keys.map(({ name }) => name),
  time,
  created,
  delay,
  ttl,
});

export interface PublishRequest {
  readonly view: string;
  readonly definition: ViewDefinition;
  readonly about: ViewAbout;
  /** The view's rows, columns as in the definition. */
  readonly table: Relation;
  readonly results: readonly FeatureTestResult[];
  /** Also keep the latest row of each key for lookups. */
  readonly online: boolean;
}

export interface PublishedView {
  readonly version: number;
  readonly isNewVersion: boolean;
  /** `held`: a test failed, and the last good rows stay. */
  readonly status: 'current' | 'held';
  readonly rows: number;
  readonly entities: number;
  /** ISO text of the earliest and latest event time; null without rows. */
  readonly first: string | null;
  readonly last: string | null;
  /** What stands in the store now; null: nothing yet. */
  readonly table: TableValue | null;
}

/** What a set needs to know of a view that is in the store. */
export interface KnownView {
  readonly view: string;
  readonly version: number;
  readonly definition: ViewDefinition;
  /** Id of the rows that count now, and their file. */
  readonly materialisation: string;
  readonly path: string;
  readonly schema: Schema;
}

/** Provided by the engine to probes. */
export interface FeatureProbes {
  /** Null: there is no such view, version, or no rows of it yet. */
  find(view: string, version: number | null): KnownView | null;
  /** Names of all views, for remedies. */
  names(): string[];
}

/** Provided by the engine to nodes that run. */
export interface FeatureServices extends FeatureProbes {
  /** Registers the view and keeps its rows, unless a test failed. @throws PenstockError `view-name`, `read-only`. */
  publish(request: PublishRequest): Promise<PublishedView>;
}
