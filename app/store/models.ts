import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import type { StoreDatabase } from './database.ts';
import { modelFeaturesSchema } from './features.ts';
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
  readonly stage: ModelStage;
  /** Names that point at this version now, sorted. */
  readonly aliases: readonly string[];
  readonly facts: VersionFacts;
}

export const modelStages = ['candidate', 'staging', 'production', 'archived'] as const;
export type ModelStage = (typeof modelStages)[number];

/** Where a version comes from and what it was made of; all of it optional, so that older versions read as well. */
export const versionFactsSchema = z.looseObject({
  /** `trained` here, `onnx`: a file from elsewhere, `mlflow`: pulled from a server. */
  source: z.enum(['trained', 'onnx', 'mlflow']).optional(),
  /** Version of Penstock that made it. */
  app: z.string().optional(),
  /** Hash of the pipeline's document as it was run (`pipeline_versions`). */
  pipeline: z.string().optional(),
  /** Fingerprint of the table it was fitted on: schema, rows and content. */
  data: z.string().optional(),
  /** Metrics measured by evaluation nodes of the run that made it, `Title: name`. */
  evaluated: z.record(z.string(), z.number()).optional(),
  /** Commit of the git repository that the project lies in, 40 hex digits. */
  commit: z.string().optional(),
  /** What `data` is the fingerprint of. */
  dataset: z.object({ title: z.string(), rows: z.number().nullable(), columns: z.array(z.string()), key: z.string() }).optional(),
  /** Steps of the recipe that prepared its features, in order. */
  recipe: z.array(z.looseObject({ step: z.string() })).optional(),
  /** Node that trained it, and its title. */
  trainer: z.object({ nodeId: z.string(), title: z.string(), type: z.string() }).optional(),
  /** Who registered it, as in the audit log. */
  actor: z.string().optional(),
  /** File or address that it came from, where it was not trained here. */
  origin: z.string().optional(),
  /** Feature views that its inputs come from. */
  features: z.array(modelFeaturesSchema).optional(),
});
export type VersionFacts = z.infer<typeof versionFactsSchema>;

export interface ApprovalRecord {
  readonly actor: string;
  readonly verdict: 'approved' | 'rejected';
  readonly note: string;
  readonly at: number;
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
  stage: z.enum(modelStages),
  aliases: jsonColumn(z.array(z.string())),
  facts: jsonColumn(versionFactsSchema),
});

const columns = `name, version, created_at as createdAt, value, run_id as runId, node_id as nodeId, pipeline_title as pipelineTitle, note, stage, facts,
  (select json_group_array(alias) from (select alias from model_aliases a where a.name = model_versions.name and a.version = model_versions.version order by alias)) as aliases`;

const approvalRow = z.object({ actor: z.string(), verdict: z.enum(['approved', 'rejected']), note: z.string(), at: z.number() });

/** Letters, digits, hyphen and underscore: the name is part of file names and of addresses. */
export const modelNamePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** As names; not a number, so that `NAME@3` is always a version, and not `latest`, which is always the newest one. */
export const aliasPattern = /^(?!latest$)[A-Za-z][A-Za-z0-9_-]{0,62}$/;

/** Registered models: names with versions 1, 2, 3 … whose model never changes; their stage, aliases, approvals and note may. */
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
    about: { runId: string | null; nodeId: string | null; pipelineTitle: string | null; note: string; createdAt: number; facts?: VersionFacts },
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
      this.#db.run('insert into models (name, created_at) values (?, ?) on conflict do nothing', name, about.createdAt);
      this.#db.run(
        'insert into model_versions (name, version, created_at, value, onnx, run_id, node_id, pipeline_title, note, facts) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        name,
        version,
        about.createdAt,
        JSON.stringify(value),
        value.onnx,
        about.runId,
        about.nodeId,
        about.pipelineTitle,
        about.note,
        JSON.stringify(about.facts ?? {}),
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

  /**
   * The version that a reference means: `NAME` (in production, else the newest that is not archived), `NAME@3`, `NAME@latest`, `NAME@ALIAS`, `NAME@production`
   * (the newest in that stage; so for the other stages).
   * @throws PenstockError `unknown-model`, naming what there is.
   */
  resolve(reference: string): ModelVersionRecord {
    const at = reference.indexOf('@');
    const name = at < 0 ? reference : reference.slice(0, at);
    const wanted = at < 0 ? null : reference.slice(at + 1);
    const versions = this.versions(name);
    const found = versions.find((one) => matches(one, wanted)) ?? (wanted === null ? (versions.find((one) => one.stage !== 'archived') ?? versions[0]) : undefined);
    if (found !== undefined) return found;
    if (versions.length === 0) throw new PenstockError('unknown-model', `There is no model “${name}” in this project.`, { remedy: 'Look at the list of models.' });
    const aliases = versions.flatMap((one) => one.aliases);
    throw new PenstockError('unknown-model', `“${name}” has no version “${wanted ?? ''}”.`, {
      remedy: `It has the versions ${versions.map(({ version }) => version).join(', ')}${aliases.length === 0 ? '' : ` and the aliases ${aliases.join(', ')}`}.`,
    });
  }

  /** All versions of a name, newest first. */
  versions(name: string): ModelVersionRecord[] {
    return this.#db.all(`select ${columns} from model_versions where name = ? order by version desc`, name).map(recordOf);
  }

  /** @throws PenstockError `unknown-model`. */
  setStage(name: string, version: number, stage: ModelStage): void {
    if (this.#db.run('update model_versions set stage = ? where name = ? and version = ?', stage, name, version) === 0) throw unknownVersion(name, version);
  }

  /** @throws PenstockError `unknown-model`. */
  setFacts(name: string, version: number, facts: VersionFacts): void {
    if (this.#db.run('update model_versions set facts = ? where name = ? and version = ?', JSON.stringify(facts), name, version) === 0) throw unknownVersion(name, version);
  }

  setNote(name: string, version: number, note: string): void {
    if (this.#db.run('update model_versions set note = ? where name = ? and version = ?', note, name, version) === 0) throw unknownVersion(name, version);
  }

  /** Points an alias at a version. @returns the version it pointed at before. @throws PenstockError `alias-name`, `unknown-model`. */
  setAlias(name: string, alias: string, version: number, at = Date.now()): number | null {
    if (!aliasPattern.test(alias)) {
      throw new PenstockError('alias-name', `“${alias}” cannot be an alias.`, { remedy: 'Begin with a letter; use letters, digits, hyphens and underscores, at most 63; “latest” is taken.' });
    }
    if ((modelStages as readonly string[]).includes(alias)) throw new PenstockError('alias-name', `“${alias}” is the name of a stage.`, { remedy: 'Choose another word, or move the version to that stage.' });
    return this.#db.transaction(() => {
      if (this.get(name, version) === null) throw unknownVersion(name, version);
      const before = this.alias(name, alias);
      this.#db.run(
        'insert into model_aliases (name, alias, version, changed_at) values (?, ?, ?, ?) on conflict (name, alias) do update set version = excluded.version, changed_at = excluded.changed_at',
        name,
        alias,
        version,
        at,
      );
      return before;
    });
  }

  /** The version that an alias points at. */
  alias(name: string, alias: string): number | null {
    const row = this.#db.get('select version from model_aliases where name = ? and alias = ?', name, alias);
    return row === undefined ? null : z.number().parse(row['version']);
  }

  removeAlias(name: string, alias: string): void {
    this.#db.run('delete from model_aliases where name = ? and alias = ?', name, alias);
  }

  /** One verdict a person and version: a later one takes the place of the earlier. @throws PenstockError `unknown-model`. */
  approve(name: string, version: number, approval: ApprovalRecord): void {
    this.#db.transaction(() => {
      if (this.get(name, version) === null) throw unknownVersion(name, version);
      this.#db.run(
        'insert into model_approvals (name, version, actor, verdict, note, at) values (?, ?, ?, ?, ?, ?) on conflict (name, version, actor) do update set verdict = excluded.verdict, note = excluded.note, at = excluded.at',
        name,
        version,
        approval.actor,
        approval.verdict,
        approval.note,
        approval.at,
      );
    });
  }

  /** Oldest first. */
  approvals(name: string, version: number): ApprovalRecord[] {
    return this.#db.all('select actor, verdict, note, at from model_approvals where name = ? and version = ? order by at', name, version).map((row) => readRow(approvalRow, row, `approvals of ${name}`));
  }

  remove(name: string, version: number): void {
    this.#db.transaction(() => {
      this.#db.run('delete from model_versions where name = ? and version = ?', name, version);
      this.#db.run('delete from models where name = ? and not exists (select 1 from model_versions v where v.name = models.name)', name);
    });
  }
}

function matches(record: ModelVersionRecord, wanted: string | null): boolean {
  if (wanted === null) return record.stage === 'production';
  if (wanted === 'latest') return true;
  return String(record.version) === wanted || record.aliases.includes(wanted) || record.stage === wanted;
}

function unknownVersion(name: string, version: number): PenstockError {
  return new PenstockError('unknown-model', `There is no version ${version} of “${name}” in this project.`, { remedy: 'Look at the list of models.' });
}

function recordOf(row: unknown): ModelVersionRecord {
  return readRow(versionRow, row, 'a model version');
}
