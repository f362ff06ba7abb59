import { pathToFileURL } from 'node:url';
import { penstockVersion } from '#app/core/version.ts';
import type { ColumnLineage } from '#app/relation/types.ts';
import type { DatasetVersionRecord } from '#app/store/index.ts';
import type { TracedTable } from '../run-recorder.ts';
import { facet, producer, runEventSchemaUrl, uuidOf, type Facet } from './facets.ts';

export type EventType = 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';

export interface OpenLineageDataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: Readonly<Record<string, Facet>>;
  readonly outputFacets?: Readonly<Record<string, Facet>>;
}

export interface OpenLineageEvent {
  readonly eventType: EventType;
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: Readonly<Record<string, Facet>> };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Readonly<Record<string, Facet>> };
  readonly inputs: readonly OpenLineageDataset[];
  readonly outputs: readonly OpenLineageDataset[];
}

/** What is told of a run. */
export interface RunFacts {
  readonly runId: string;
  /** Names everything that is of this project: `penstock:NAME`. */
  readonly namespace: string;
  readonly pipeline: string;
  readonly at: number;
  readonly versions: readonly DatasetVersionRecord[];
  readonly tables: readonly TracedTable[];
  readonly models: readonly { readonly name: string; readonly version: number; readonly nodeId: string | null; readonly inputs: readonly { readonly name: string; readonly type: string }[] }[];
  /** Sentence of the first failure. */
  readonly error: string | null;
  /** Where databases of the project are: name of the connection → `postgres://host:5432` and database. */
  readonly connections: Readonly<Record<string, { readonly namespace: string; readonly database: string }>>;
}

/** Where a dataset is, by OpenLineage's naming rules (spec/Naming.md): files and databases are the same in every tool's events. */
export function datasetName(version: Pick<DatasetVersionRecord, 'dataset' | 'path'>, facts: Pick<RunFacts, 'namespace' | 'connections'>): { namespace: string; name: string } {
  const colon = version.dataset.indexOf(':');
  const [kind, rest] = [version.dataset.slice(0, colon), version.dataset.slice(colon + 1)];
  if (kind === 'file' && version.path !== null) return { namespace: 'file', name: pathToFileURL(version.path).pathname };
  if (kind === 'database') {
    const slash = rest.indexOf('/');
    const place = facts.connections[rest.slice(0, slash)];
    if (place !== undefined) return { namespace: place.namespace, name: `${place.database}.${rest.slice(slash + 1)}` };
  }
  return { namespace: facts.namespace, name: version.dataset.replace(':', '/') };
}

/** The event of a run as a whole. */
export function pipelineEvent(type: EventType, facts: RunFacts): OpenLineageEvent {
  return {
    ...common(type, facts),
    run: { runId: uuidOf(facts.runId), facets: { processing_engine: engine(), ...(facts.error === null ? {} : { errorMessage: facet('ErrorMessageRunFacet', { message: facts.error, programmingLanguage: 'PENSTOCK' }) }) } },
    job: { namespace: facts.namespace, name: facts.pipeline, facets: { jobType: facet('JobTypeJobFacet', { processingType: 'BATCH', integration: 'PENSTOCK', jobType: 'PIPELINE' }) } },
    inputs: distinct(facts.versions.filter(({ direction }) => direction === 'read').map((version) => inputOf(version, facts))),
    outputs: type === 'START' ? [] : outputsOf(facts, null),
  };
}

/** Events of the nodes that trained something or wrote something: children of the run, each with its query and its outputs. */
export function nodeEvents(facts: RunFacts): OpenLineageEvent[] {
  return facts.tables.flatMap((table): OpenLineageEvent[] => {
    const outputs = outputsOf(facts, table.nodeId);
    if (outputs.length === 0) return [];
    const sources = new Set(table.columns.flatMap(({ from }) => from.map(({ origin }) => origin?.nodeId)));
    const inputs = distinct(facts.versions.filter(({ direction, nodeId }) => direction === 'read' && sources.has(nodeId)).map((version) => inputOf(version, facts)));
    const parent = facet('ParentRunFacet', { run: { runId: uuidOf(facts.runId) }, job: { namespace: facts.namespace, name: facts.pipeline } });
    const about = {
      run: { runId: uuidOf(`${facts.runId}/${table.nodeId}`), facets: { parent, processing_engine: engine() } },
      job: {
        namespace: facts.namespace,
        name: `${facts.pipeline}.${table.nodeId}`,
        facets: {
          jobType: facet('JobTypeJobFacet', { processingType: 'BATCH', integration: 'PENSTOCK', jobType: 'NODE' }),
          ...(table.sql === null ? {} : { sql: facet('SQLJobFacet', { query: table.sql, dialect: 'duckdb' }) }),
        },
      },
    };
    return [
      { ...common('START', facts), ...about, inputs, outputs: [] },
      { ...common('COMPLETE', facts), ...about, inputs, outputs },
    ];
  });
}

const common = (eventType: EventType, { at }: RunFacts): Pick<OpenLineageEvent, 'eventType' | 'eventTime' | 'producer' | 'schemaURL'> => ({ eventType, eventTime: new Date(at).toISOString(), producer, schemaURL: runEventSchemaUrl });

const engine = (): Facet => facet('ProcessingEngineRunFacet', { name: 'Penstock', version: penstockVersion, openlineageAdapterVersion: penstockVersion });

const schemaFacet = (columns: readonly { readonly name: string; readonly type: string }[]): Facet => facet('SchemaDatasetFacet', { fields: columns.map(({ name, type }) => ({ name, type })) });

function commonFacets(version: DatasetVersionRecord, facts: RunFacts): Record<string, Facet> {
  const { namespace, name } = datasetName(version, facts);
  return {
    ...(version.columns.length === 0 ? {} : { schema: schemaFacet(version.columns) }),
    version: facet('DatasetVersionDatasetFacet', { datasetVersion: version.version }),
    dataSource: facet('DatasourceDatasetFacet', { name: version.title, uri: namespace === 'file' ? `file://${name}` : `${encodeURI(namespace)}/${encodeURI(name)}` }),
  };
}

const inputOf = (version: DatasetVersionRecord, facts: RunFacts): OpenLineageDataset => ({ ...datasetName(version, facts), facets: commonFacets(version, facts) });

/** What a run, or one node of it, made: tables written and models registered. */
function outputsOf(facts: RunFacts, nodeId: string | null): OpenLineageDataset[] {
  const written = facts.versions
    .filter((version) => version.direction === 'write' && (nodeId === null || version.nodeId === nodeId))
    .map((version): OpenLineageDataset => {
      const columns = facts.tables.find((table) => table.nodeId === version.nodeId)?.columns ?? [];
      const statistics = { ...(version.rows === null ? {} : { rowCount: version.rows }), ...(version.bytes === null ? {} : { size: version.bytes }), ...(version.path === null ? {} : { fileCount: 1 }) };
      return {
        ...datasetName(version, facts),
        facets: { ...commonFacets(version, facts), ...columnFacet(columns, facts) },
        outputFacets: { outputStatistics: facet('OutputStatisticsOutputDatasetFacet', statistics) },
      };
    });
  const trained = facts.models
    .filter((model) => nodeId === null || model.nodeId === nodeId)
    .map(({ name, version, nodeId: node, inputs }): OpenLineageDataset => {
      const wanted = new Set(inputs.map((column) => column.name));
      const columns = facts.tables.find((table) => table.nodeId === node && table.what === 'features')?.columns.filter(({ column }) => wanted.has(column)) ?? [];
      return {
        namespace: facts.namespace,
        name: `models/${name}`,
        facets: { schema: schemaFacet(inputs), version: facet('DatasetVersionDatasetFacet', { datasetVersion: String(version) }), ...columnFacet(columns, facts) },
      };
    });
  return distinct([...written, ...trained]);
}

function columnFacet(columns: readonly ColumnLineage[], facts: RunFacts): Record<string, Facet> {
  const bySource = new Map(facts.versions.filter(({ direction }) => direction === 'read').map((version) => [version.nodeId, datasetName(version, facts)]));
  const fields = Object.fromEntries(
    columns.flatMap(({ column, from }) => {
      const inputFields = from.flatMap((source) => {
        const dataset = source.origin === undefined ? undefined : bySource.get(source.origin.nodeId);
        return dataset === undefined ? [] : [{ ...dataset, field: source.column, transformations: [source.via === 'filter' ? { type: 'INDIRECT', subtype: 'FILTER' } : { type: 'DIRECT', subtype: 'TRANSFORMATION' }] }];
      });
      return inputFields.length === 0 ? [] : [[column, { inputFields }]];
    }),
  );
  return Object.keys(fields).length === 0 ? {} : { columnLineage: facet('ColumnLineageDatasetFacet', { fields }) };
}

/** A file that two nodes read is one dataset. */
function distinct(datasets: readonly OpenLineageDataset[]): OpenLineageDataset[] {
  return [...new Map(datasets.map((one) => [`${one.namespace}\0${one.name}`, one])).values()];
}
