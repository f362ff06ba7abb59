import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { canonicalJson } from '#app/core/hash.ts';
import { newRecordId } from '#app/core/ids.ts';
import { featureTestResultSchema, viewAboutSchema, viewDefinitionSchema, viewNamePattern, type FeatureTestResult, type ViewAbout, type ViewDefinition } from '#app/sdk/features.ts';
import type { StoreDatabase } from './database.ts';
import { jsonColumn, readRow } from './records.ts';

const source = z.object({ label: z.string(), column: z.string(), via: z.enum(['value', 'filter']), nodeId: z.string().optional() });
const lineageSchema = z.array(z.object({ column: z.string(), from: z.array(source) }));
export type FeatureLineage = z.infer<typeof lineageSchema>;

const materialisationRow = z.object({
  id: z.string(),
  view: z.string(),
  version: z.number(),
  at: z.number(),
  status: z.enum(['current', 'superseded', 'held']),
  artifact: z.string().nullable(),
  rows: z.number(),
  entities: z.number(),
  bytes: z.number(),
  firstEvent: z.number().nullable(),
  lastEvent: z.number().nullable(),
  tests: jsonColumn(z.array(featureTestResultSchema)),
  lineage: jsonColumn(lineageSchema),
  runId: z.string().nullable(),
  nodeId: z.string().nullable(),
  pipelineId: z.string().nullable(),
  pipelinePath: z.string().nullable(),
});
/** One time that the rows of a view were made; times in unix ms. */
export type MaterialisationRecord = z.infer<typeof materialisationRow>;

const versionRow = z.object({ view: z.string(), version: z.number(), createdAt: z.number(), definition: jsonColumn(viewDefinitionSchema) });
export type ViewVersionRecord = z.infer<typeof versionRow>;

const viewRow = z.object({ name: z.string(), createdAt: z.number(), about: jsonColumn(viewAboutSchema) });
export type ViewRecord = z.infer<typeof viewRow>;

/** A version of a view and columns of it that a model takes. */
export const modelFeaturesSchema = z.object({
  view: z.string(),
  version: z.number(),
  /** Key columns of the view, in order; a request carries them. */
  key: z.array(z.string()),
  /** Features that go into the model as they are. */
  columns: z.array(z.string()),
  /** Name of the model's input by feature, where it is another. */
  as: z.record(z.string(), z.string()).optional(),
  /** Name in a request by key column, where it is another. */
  keyAs: z.record(z.string(), z.string()).optional(),
  /** Features that the model's inputs are computed from: these cannot be looked up for a request. */
  computed: z.array(z.string()).optional(),
});
export type ModelFeatures = z.infer<typeof modelFeaturesSchema>;

const usageRow = z.object({ name: z.string(), version: z.number(), stage: z.string(), createdAt: z.number(), features: jsonColumn(modelFeaturesSchema) });
export type FeatureUse = z.infer<typeof usageRow>;

export interface NewMaterialisation {
  readonly at: number;
  readonly isHeld: boolean;
  readonly artifact: string;
  readonly rows: number;
  readonly entities: number;
  readonly bytes: number;
  readonly firstEvent: number | null;
  readonly lastEvent: number | null;
  readonly tests: readonly FeatureTestResult[];
  readonly lineage: FeatureLineage;
  readonly runId: string | null;
  readonly nodeId: string | null;
  readonly pipelineId: string | null;
  readonly pipelinePath: string | null;
}

const columns = `id, view, version, at, status, artifact, rows, entities, bytes, first_event as firstEvent, last_event as lastEvent, tests, lineage,
  run_id as runId, node_id as nodeId, pipeline_id as pipelineId, pipeline_path as pipelinePath`;

/** Rows of this many materialisations of a version stay, the present one among them. */
const kept = 5;

/** Feature views, their versions, and each time their rows were made. */
export class FeatureStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  /** By name. */
  views(): ViewRecord[] {
    return this.#db.all('select name, created_at as createdAt, about from feature_views order by name').map((row) => readRow(viewRow, row, 'a feature view'));
  }

  view(name: string): ViewRecord | null {
    const row = this.#db.get('select name, created_at as createdAt, about from feature_views where name = ?', name);
    return row === undefined ? null : readRow(viewRow, row, `the feature view ${name}`);
  }

  /** Newest first. */
  versions(view: string): ViewVersionRecord[] {
    return this.#db.all('select view, version, created_at as createdAt, definition from feature_view_versions where view = ? order by version desc', view).map((row) => readRow(versionRow, row, `a version of ${view}`));
  }

  /** Newest first. */
  materialisations(view: string, limit = 200): MaterialisationRecord[] {
    return this.#db.all(`select ${columns} from feature_materialisations where view = ? order by at desc, id desc limit ?`, view, limit).map(recordOf);
  }

  /** The rows that count: of a version, or of the newest version that has some. */
  current(view: string, version: number | null): MaterialisationRecord | null {
    const row = this.#db.get(`select ${columns} from feature_materialisations where view = ? and status = 'current' and (version = ? or ? is null) order by version desc limit 1`, view, version, version);
    return row === undefined ? null : recordOf(row);
  }

  /** The version whose rows these are, by their file. */
  ofArtifact(artifact: string): { readonly view: string; readonly version: number } | null {
    const row = this.#db.get(`select ${columns} from feature_materialisations where artifact = ? order by at desc limit 1`, artifact);
    return row === undefined ? null : recordOf(row);
  }

  /**
   * Registers the view: a new version where the definition is another than that of its newest one.
   * @throws PenstockError `view-name`.
   */
  register(view: string, definition: ViewDefinition, about: ViewAbout, at: number): { readonly version: number; readonly isNew: boolean } {
    if (!viewNamePattern.test(view)) {
      throw new PenstockError('view-name', `“${view}” cannot be the name of a feature view.`, { remedy: 'Begin with a letter; use letters, digits, hyphens and underscores, at most 63.' });
    }
    return this.#db.transaction(() => {
      this.#db.run('insert into feature_views (name, created_at, about) values (?, ?, ?) on conflict (name) do update set about = excluded.about', view, at, JSON.stringify(about));
      const [newest] = this.versions(view);
      if (newest !== undefined && canonicalJson(newest.definition) === canonicalJson(definition)) return { version: newest.version, isNew: false };
      const version = (newest?.version ?? 0) + 1;
      this.#db.run('insert into feature_view_versions (view, version, created_at, definition) values (?, ?, ?, ?)', view, version, at, JSON.stringify(definition));
      return { version, isNew: true };
    });
  }

  /** Notes that rows were made. Unless they are held, they are the ones that count from now on. */
  add(view: string, version: number, made: NewMaterialisation): MaterialisationRecord {
    return this.#db.transaction(() => {
      const id = newRecordId(made.at);
      if (!made.isHeld) this.#db.run("update feature_materialisations set status = 'superseded' where view = ? and version = ? and status = 'current'", view, version);
      this.#db.run(
        `insert into feature_materialisations (id, view, version, at, status, artifact, rows, entities, bytes, first_event, last_event, tests, lineage, run_id, node_id, pipeline_id, pipeline_path)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        view,
        version,
        made.at,
        made.isHeld ? 'held' : 'current',
        made.artifact,
        made.rows,
        made.entities,
        made.bytes,
        made.firstEvent,
        made.lastEvent,
        JSON.stringify(made.tests),
        JSON.stringify(made.lineage),
        made.runId,
        made.nodeId,
        made.pipelineId,
        made.pipelinePath,
      );
      this.#db.run(
        `update feature_materialisations set artifact = null where view = ? and version = ? and status <> 'current' and id not in
           (select id from feature_materialisations where view = ? and version = ? order by at desc, id desc limit ?)`,
        view,
        version,
        view,
        version,
        kept,
      );
      return recordOf(this.#db.get(`select ${columns} from feature_materialisations where id = ?`, id));
    });
  }

  /** Artifacts whose rows are kept: nothing may remove them. */
  artifacts(): Set<string> {
    return new Set(this.#db.all('select distinct artifact from feature_materialisations where artifact is not null').map((row) => z.string().parse(row['artifact'])));
  }

  /** Model versions that use features, of one view or of all; the newest first. */
  uses(view?: string): FeatureUse[] {
    return this.#db
      .all(
        `select m.name, m.version, m.stage, m.created_at as createdAt, f.value as features from model_versions m, json_each(m.facts, '$.features') f
         where ? is null or json_extract(f.value, '$.view') = ? order by m.created_at desc, m.name, m.version desc`,
        view ?? null,
        view ?? null,
      )
      .map((row) => readRow(usageRow, row, 'a model version'));
  }

  /** Removes a view with all its versions. */
  remove(view: string): void {
    this.#db.run('delete from feature_views where name = ?', view);
  }
}

function recordOf(row: unknown): MaterialisationRecord {
  return readRow(materialisationRow, row, 'a materialisation of a feature view');
}
