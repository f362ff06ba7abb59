import { CancelledError, isCancelled, PenstockError, toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import { stableHash } from '#app/core/hash.ts';
import { formatCount } from '#app/core/units.ts';
import { planRead, planWords, type OutsideColumn, type ReadPlan } from '#app/data/databases/index.ts';
import type { Database } from '#app/data/index.ts';
import { call, col, filter, scanParquet } from '#app/relation/build.ts';
import { createParser, schemaOf, unknownColumn } from '#app/relation/index.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import { isFileDatabase, type DatabaseKind, type DatabaseProbes, type DatabaseQuery, type DatabaseServices, type DatabaseWrite, type DescribedQuery } from '#app/sdk/databases.ts';
import type { Connections, ReadAges } from '../connections/index.ts';
import type { ArtifactFiles } from './artifact-files.ts';
import type { WrittenTables } from './node-services.ts';

/** What node runs and probes ask of outside databases. */
export interface OutsideDatabases {
  probes(signal: AbortSignal): DatabaseProbes;
  services(signal: AbortSignal): DatabaseServices;
}

export interface OutsideParts {
  readonly connections: Connections;
  readonly ages: ReadAges;
  readonly database: Database;
  readonly artifacts: ArtifactFiles;
  readonly written: WrittenTables;
}

/** How long the columns of a query are taken as known while a pipeline is edited; a run asks again. */
const describedMs = 30_000;
/** A failure is asked about again sooner, but not at every key stroke: a host that is not there takes seconds to say so. */
const failedMs = 3000;

export function outsideDatabases(parts: OutsideParts): OutsideDatabases {
  const { connections, ages, database, artifacts, written } = parts;
  const remembered = new Remembered();

  /** The filter as an expression, or what is wrong with it. */
  async function parsedFilter(text: string, columns: readonly OutsideColumn[]): Promise<Expr | null> {
    if (text.trim() === '') return null;
    try {
      const trees = new Map([[text, await database.parseExpression(text)]]);
      return createParser(trees)(text, columns.map(({ name, type }) => ({ name, type })), ['filter']);
    } catch (error) {
      throw atFilter(error);
    }
  }

  async function planned(query: DatabaseQuery, kind: DatabaseKind, available: readonly OutsideColumn[], timeout: number): Promise<ReadPlan> {
    const { source, columns, limit } = query;
    const wish = { kind, source, available, columns, limit, timeout };
    // Faults of the columns come first: they have places of their own.
    planRead({ ...wish, filter: null });
    const condition = await parsedFilter(query.filter, available);
    try {
      return planRead({ ...wish, filter: condition });
    } catch (error) {
      throw atFilter(error);
    }
  }

  async function describe(query: DatabaseQuery): Promise<DescribedQuery> {
    try {
      return await describeUnplaced(query);
    } catch (error) {
      throw atQuery(error, query);
    }
  }

  async function describeUnplaced(query: DatabaseQuery): Promise<DescribedQuery> {
    const { kind } = await connections.get(query.connection);
    const identity = await connections.identity(query.connection, { state: true });
    const available = await remembered.ask(['columns', connections.changes, identity, query.source, query.decimals], () => connections.use(query.connection, {}, (client) => client.columns(query.source, query.decimals)));
    let plan: ReadPlan | null = null;
    let filterProblem: Diagnostic | null = null;
    try {
      plan = await planned(query, kind, available, 0);
    } catch (error) {
      if (!(error instanceof PenstockError) || error.place?.param?.[0] !== 'filter') throw error;
      filterProblem = toDiagnostic(error);
    }
    return described(available, plan, query.filter, filterProblem);
  }

  const probes: DatabaseProbes = {
    describe,
    identity: (connection, options) => connections.identity(connection, options),
    revision: (connection, source) => ages.revision([connection, source]),
    renew: (connection, source, maxAge) => ages.renew([connection, source], maxAge),
    async check(connection, source, check) {
      const identity = await connections.identity(connection, { state: true });
      return remembered.askByCost(['check', connections.changes, identity, source, check], () => connections.use(connection, {}, (client) => client.check(source, check)));
    },
    isFile: async (connection) => isFileDatabase((await connections.get(connection)).kind),
  };

  const services = (signal: AbortSignal): DatabaseServices => ({
    ...probes,
    async read(query, label, { timeout, progress }) {
      progress(null, `Connecting to ${query.connection}`);
      return connections.use(query.connection, {}, async (client, { kind }) => {
        if (signal.aborted) throw new CancelledError();
        const available = await client.columns(query.source, query.decimals);
        const plan = await planned(query, kind, available, timeout);
        const file = await artifacts.temporary('parquet');
        const { rows, bytes, notes } = await database.readOutside(client, plan.read, file, signal, (count) => progress(query.limit === null || !plan.limitPushed ? null : Math.min(1, count / query.limit), `${formatCount(count)} rows read`));
        const artifact = await artifacts.adopt(file, `${label}.parquet`);
        const path = artifacts.path(artifact);
        written.set(path, { rows, bytes });
        const relation = plan.rest(scanParquet([path], plan.read.columns.map(({ name, type }) => ({ name, type })), label));
        return { table: { kind: 'table' as const, relation, schema: schemaOf(relation) }, rows, described: described(available, plan, query.filter, null), notes };
      });
    },
    async write(relation, write, progress) {
      const schema = schemaOf(relation);
      if (schema.length === 0) throw new PenstockError('database-no-columns', 'The table has no columns to write.');
      await checkKeys(database, relation, write, signal);
      progress(null, `Connecting to ${write.connection}`);
      return connections.use(write.connection, { writable: true }, async (client) => {
        const { schema: into, table, mode, keys } = write;
        const outcome = await database.writeOutside(client, relation, { schema: into, table, mode, keys, columns: schema }, signal, (count) => progress(null, `${formatCount(count)} rows sent`));
        return { rows: outcome.rows, table: outcome.schema === '' ? table : `${outcome.schema}.${table}`, created: outcome.created, removed: outcome.removed, columns: schema.map(({ name, type }) => ({ name, type, sourceType: type })) };
      });
    },
  });
  return { probes: () => probes, services };
}

function described(available: readonly OutsideColumn[], plan: ReadPlan | null, text: string, filterProblem: Diagnostic | null): DescribedQuery {
  return {
    columns: available.map(({ name, type, sourceType, note }) => ({ name, type, sourceType, ...(note === undefined ? {} : { note }) })),
    pushed: plan === null ? [] : planWords(plan.pushed, text),
    local: plan === null ? [] : planWords(plan.local, text),
    limitPushed: plan?.limitPushed ?? false,
    filterProblem,
  };
}

/** Every fault of the filter is shown at its param. */
const atFilter = (error: unknown): unknown => (error instanceof PenstockError ? placed(error, 'filter') : error);

/** Faults that clients report are shown at the param that they are about. */
function atQuery(error: unknown, { source }: DatabaseQuery): unknown {
  if (!(error instanceof PenstockError) || error.place?.param !== undefined) return error;
  if (/^(connection|secret)/.test(error.code)) return placed(error, 'connection');
  if (!error.code.startsWith('database-')) return error;
  return placed(error, source.kind === 'sql' ? 'sql' : 'table');
}

function placed({ code, message, remedy, place }: PenstockError, param: string): PenstockError {
  return new PenstockError(code, message, { ...(remedy === undefined ? {} : { remedy }), place: { ...place, param: [param] } });
}

/** @throws PenstockError `unknown-column`, `database-missing-key`, `database-duplicate-keys`: each row needs one key, and each key one row. */
async function checkKeys(database: Database, relation: Relation, { mode, keys }: DatabaseWrite, signal: AbortSignal): Promise<void> {
  if (mode !== 'upsert') return;
  const schema = schemaOf(relation);
  if (keys.length === 0) throw new PenstockError('param-missing', 'No key columns are chosen.', { remedy: 'Choose the columns that say which row is which.', place: { param: ['keys'] } });
  for (const key of keys) if (!schema.some(({ name }) => name === key)) throw unknownColumn(key, schema, { param: ['keys'] });
  const names = keys.map((key) => `“${key}”`).join(', ');
  const [only, ...more] = keys.map((key) => call('is_null', col(key)));
  if (only !== undefined) {
    const missing = await database.count(filter(relation, more.length === 0 ? only : call('or', only, ...more)), signal);
    if (missing > 0) throw new PenstockError('database-missing-key', `${formatCount(missing)} ${missing === 1 ? 'row has' : 'rows have'} no value in the key ${names}.`, { remedy: 'Filter such rows out before the Database Writer. Nothing was written.', place: { param: ['keys'] } });
  }
  const groups: Relation = { op: 'aggregate', input: relation, keys: keys.map((key) => ({ name: key, expr: col(key) })), measures: [{ name: freeMeasure(keys), fn: 'count' }] };
  const doubled = await database.count(filter(groups, call('greater_than', col(freeMeasure(keys)), { op: 'lit', value: 1, type: 'integer' })), signal);
  if (doubled > 0) throw new PenstockError('database-duplicate-keys', `${formatCount(doubled)} ${doubled === 1 ? 'key is' : 'keys are'} there more than once in ${names}.`, { remedy: 'Deduplicate the rows before the Database Writer, or choose more key columns. Nothing was written.', place: { param: ['keys'] } });
}

/** A name that none of the keys has. */
const freeMeasure = (keys: readonly string[]): string => `rows_${keys.join('_')}`;

/** Answers of databases while a pipeline is edited: configuring happens at every key stroke. */
class Remembered {
  readonly #answers = new Map<string, { readonly answer: Promise<unknown>; until: number }>();

  ask<T>(question: unknown, find: () => Promise<T>): Promise<T> {
    return this.#ask(question, find, () => describedMs);
  }

  /** An answer holds ten times as long as finding it took, so that at most a tenth of the time goes into asking. */
  askByCost<T>(question: unknown, find: () => Promise<T>): Promise<T> {
    return this.#ask(question, find, (ms) => Math.min(10_000, ms * 10));
  }

  #ask<T>(question: unknown, find: () => Promise<T>, keep: (ms: number) => number): Promise<T> {
    const key = stableHash(question);
    const known = this.#answers.get(key);
    const started = performance.now();
    if (known !== undefined && known.until > started) return known.answer as Promise<T>;
    const entry = { answer: find(), until: Infinity };
    this.#answers.set(key, entry);
    entry.answer.then(
      () => (entry.until = performance.now() + keep(performance.now() - started)),
      (error: unknown) => (entry.until = isCancelled(error) ? 0 : performance.now() + failedMs),
    );
    for (const [old, { until }] of this.#answers) if (until < started) this.#answers.delete(old);
    return entry.answer;
  }
}
