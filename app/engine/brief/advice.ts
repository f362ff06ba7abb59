import { stat } from 'node:fs/promises';
import { PenstockError } from '#app/core/errors.ts';
import { newElementId } from '#app/core/ids.ts';
import { adviseTechniques, guessGoal, type Advice, type DataFacts, type TechniqueId } from '#app/brief/techniques.ts';
import { techniqueTemplate, type TemplateData } from '#app/brief/template.ts';
import type { Brief, Goal } from '#app/brief/document.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import type { Engine } from '../engine.ts';
import { readerFor } from '../project/reader-for.ts';

/** Values of a target that are shown as classes at most. */
const mostClasses = 50;

export interface AdviceAnswer {
  readonly goal: Goal | null;
  /** What the target column speaks for, where no goal is chosen. */
  readonly guessed: Goal | null;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: number | null;
  readonly sampled: boolean;
  readonly advice: readonly Advice[];
}

/** Techniques for what a brief says, weighed by its data where it names some. @throws PenstockError of the file's reader. */
export async function adviceFor(engine: Engine, brief: Brief, signal: AbortSignal): Promise<AdviceAnswer> {
  const facts = brief.data === '' ? null : await dataFacts(engine, brief.data, brief.target, signal);
  const guessed = facts === null ? null : guessGoal(brief.target, facts);
  const goal = brief.goal ?? guessed;
  return {
    goal: brief.goal,
    guessed,
    columns: facts?.columns.map(({ name, type }) => ({ name, type })) ?? [],
    rows: facts?.rows ?? null,
    sampled: facts?.sampled ?? false,
    advice: goal === null ? [] : adviseTechniques(goal, brief, facts),
  };
}

async function readerDocument(engine: Engine, file: string): Promise<PipelineDocument> {
  const { type, params } = await readerFor(engine.filesDir, engine.resolvePath(file), (one) => engine.catalogue.has(one));
  return { ...emptyDocument(`brief-${newElementId()}`, 'Brief'), nodes: [{ id: 'read', type, version: versionOf(engine, type), params }] };
}

const versionOf = (engine: Engine, type: string): number => engine.catalogue.get(type)?.definition.version ?? 1;

/** Reads the file once, as looking at it does; the result stays for the pipeline that is made of it. */
async function dataFacts(engine: Engine, file: string, target: string, signal: AbortSignal): Promise<DataFacts> {
  const document = await readerDocument(engine, file);
  const table = await engine.data.table({ document, nodeId: 'read', port: 'table', filter: '' }, signal);
  const profile = await engine.database.profile(table.relation, signal);
  const column = profile.columns.find(({ name }) => name === target);
  const counts = column?.top.map(({ count }) => count) ?? [];
  const all = counts.reduce((sum, count) => sum + count, 0);
  const isClasses = column !== undefined && (column.distinct ?? Infinity) <= mostClasses && (column.type === 'string' || column.type === 'boolean') && all > 0 && counts.length === column.distinct;
  return {
    rows: profile.rows,
    sampled: profile.sampled,
    columns: profile.columns.map(({ name, type, distinct, missing }) => ({ name, type, distinct: distinct ?? 0, missing })),
    classes: isClasses ? counts.map((count) => count / all).toSorted((a, b) => b - a) : null,
  };
}

/** Sample data for goals that a project has no data for yet; their columns are known. */
const samples: Readonly<Record<Goal, { readonly file: string; readonly target: string }>> = {
  classification: { file: 'breast-cancer.csv', target: 'diagnosis' },
  regression: { file: 'cars.csv', target: 'mpg' },
  clustering: { file: 'penguins.csv', target: '' },
  forecasting: { file: 'seattle-weather.csv', target: 'temp_max' },
  anomaly: { file: 'breast-cancer.csv', target: '' },
  text: { file: 'nyc-flights/planes.csv', target: 'engine' },
  image: { file: '', target: 'label' },
};

/**
 * A pipeline that tries a technique, on the brief's data or, without, on sample data; images need a folder to be chosen.
 * @throws PenstockError of the file's reader.
 */
export async function techniquePipeline(engine: Engine, brief: Brief, goal: Goal, id: TechniqueId, title: string, signal: AbortSignal): Promise<PipelineDocument> {
  const data = await templateData(engine, brief, goal, signal);
  const types = {
    version: (type: string) => versionOf(engine, type),
    has: (type: string, param: string) => {
      const definition = engine.catalogue.get(type)?.definition;
      if (definition === undefined) throw new PenstockError('unknown-node-type', `There is no node type “${type}”.`, {});
      const defaults: unknown = definition.params.parse({});
      return typeof defaults === 'object' && defaults !== null && Object.hasOwn(defaults, param);
    },
  };
  const made: PipelineDocument = { ...emptyDocument(newElementId(), title), ...techniqueTemplate(id, goal, title, data, types) };
  // Through its text: what is given is a document as a file would give it.
  return parseDocument(serialiseDocument(made));
}

async function templateData(engine: Engine, brief: Brief, goal: Goal, signal: AbortSignal): Promise<TemplateData> {
  const sample = samples[goal];
  const file = brief.data === '' ? sample.file : brief.data;
  if (goal === 'image' && (brief.data === '' || !(await isFolder(engine, brief.data)))) {
    return { reader: { type: 'data/image-folder', version: versionOf(engine, 'data/image-folder'), params: {} }, target: brief.target === '' ? 'label' : brief.target, columns: [] };
  }
  if (brief.data === '') {
    return { reader: { type: 'data/csv-reader', version: versionOf(engine, 'data/csv-reader'), params: { path: `data/${file}` } }, target: sample.target, columns: sampleColumns[goal] };
  }
  const document = await readerDocument(engine, file);
  const [node] = document.nodes;
  const { configurations } = await engine.analyse(document, signal);
  const table = configurations['read']?.outputs['table'];
  const columns = table?.kind === 'table' ? (table.schema ?? []).map(({ name, type }) => ({ name, type })) : [];
  const target = columns.some(({ name }) => name === brief.target) ? brief.target : '';
  return { reader: { type: node?.type ?? '', version: node?.version ?? 1, params: node?.params ?? {} }, target, columns };
}

const sampleColumns: Readonly<Record<Goal, TemplateData['columns']>> = {
  classification: [],
  regression: [],
  clustering: [
    { name: 'flipper_length_mm', type: 'integer' },
    { name: 'bill_length_mm', type: 'float' },
  ],
  forecasting: [{ name: 'date', type: 'date' }],
  anomaly: [],
  text: [{ name: 'model', type: 'string' }],
  image: [],
};

async function isFolder(engine: Engine, file: string): Promise<boolean> {
  return (await stat(engine.resolvePath(file)).catch(() => null))?.isDirectory() === true;
}
