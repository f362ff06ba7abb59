import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import type { Engine } from '../engine.ts';

/** What a template is for: the words are the front end's. */
export const templateKinds = ['look', 'classify', 'number', 'segment', 'forecast', 'compare', 'repeat', 'unusual', 'join', 'score', 'features', 'watch', 'auto'] as const;

const indexSchema = z.array(
  z.object({
    name: z.string(),
    /** Under `samples/`. */
    file: z.string(),
    kind: z.enum(templateKinds),
    /** How long a first run takes on a small machine, about. */
    seconds: z.number(),
  }),
);

export interface Template {
  readonly name: string;
  readonly kind: (typeof templateKinds)[number];
  readonly seconds: number;
  readonly document: PipelineDocument;
}

/** Examples of nodes: `nodes/<category>/<node>/example.pipeline.json`, found by being there. */
const examples = import.meta.glob<string>('../../../nodes/*/*/example.pipeline.json', { eager: true, query: '?raw', import: 'default' });
const exampleText = (type: string): string | undefined => examples[`../../../nodes/${type}/example.pipeline.json`];

export const exampleTypes: readonly string[] = Object.keys(examples).map((file) => file.split('/').slice(-3, -1).join('/')).sort();

/** @throws PenstockError `example-missing` where a node has none. */
export function exampleOf(type: string): PipelineDocument {
  const text = exampleText(type);
  if (text === undefined) throw new PenstockError('example-missing', `There is no example of “${type}”.`, { remedy: 'Read its help instead.' });
  return parseDocument(text);
}

/** Real pipelines over data that come with the app, in the order to offer them. */
export async function listTemplates(resourcesDir: string): Promise<Template[]> {
  const samples = path.join(resourcesDir, 'samples');
  const index = indexSchema.parse(JSON.parse(await readFile(path.join(samples, 'templates', 'index.json'), 'utf8')));
  return Promise.all(index.map(async ({ name, file, kind, seconds }) => ({ name, kind, seconds, document: parseDocument(await readFile(path.join(samples, file), 'utf8')) })));
}

/**
 * Makes a pipeline of the project from a document that comes with the app, and brings the data that it reads; nothing that is there is
 * replaced. @throws PenstockError `read-only`.
 */
export async function addSample(engine: Engine, document: PipelineDocument): Promise<{ path: string }> {
  engine.assertWritable();
  await bringData(document, engine.resourcesDir, engine.filesDir);
  return engine.pipelines.create(document.title, document);
}

/** Bundled data that a pipeline reads: what its params name under `data/`. */
export async function bringData(document: PipelineDocument, resourcesDir: string, filesDir: string): Promise<void> {
  const datasets = path.join(resourcesDir, 'samples', 'datasets');
  const present = new Set(await readdir(datasets));
  const wanted = [...new Set(document.nodes.flatMap(({ params }) => textsIn(params)).flatMap((text) => /^data\/([^/]+)/.exec(text)?.[1] ?? []))].filter((name) => present.has(name));
  if (wanted.length === 0) return;
  await mkdir(path.join(filesDir, 'data'), { recursive: true });
  for (const name of wanted) {
    await cp(path.join(datasets, name), path.join(filesDir, 'data', name), { recursive: true, force: false });
    // The licence goes where the data go.
    const licence = `${name.replace(/\.[^.]+$/, '')}.LICENSE.txt`;
    if (present.has(licence)) await cp(path.join(datasets, licence), path.join(filesDir, 'data', licence), { force: false });
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** @throws PenstockError `template-missing`. */
export async function templateOf(resourcesDir: string, name: string): Promise<PipelineDocument> {
  const found = (await listTemplates(resourcesDir)).find((template) => template.name === name);
  if (found === undefined) throw new PenstockError('template-missing', `There is no template “${name}”.`, { remedy: 'Choose another, or begin with an empty pipeline.' });
  return found.document;
}
