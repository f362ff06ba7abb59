import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { findProject, type EngineCatalogue, type ProjectPlace } from '#app/engine/index.ts';
import { migrateParams } from '#app/pipeline/migrate.ts';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { nodeTitle } from '#app/pipeline/graph.ts';
import { paramDiagnostics } from '#app/pipeline/param-errors.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { typeOfNode } from '#app/pipeline/subflow/node-type.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { ensureUnlocked } from '#app/sealing/unlock.ts';

/** @throws PenstockError `file-missing`, `not-a-pipeline`, and those of `parseDocument`, naming the file. */
export async function readPipeline(file: string): Promise<PipelineDocument> {
  await ensureUnlocked(findProject(path.dirname(path.resolve(file))).projectDir);
  const text = await readProjectText(file).catch((error: NodeJS.ErrnoException) => {
    const why = readFailures[error.code ?? ''];
    if (why === undefined) throw error;
    throw new PenstockError('file-missing', why(file), { remedy: 'Name a *.pipeline.json file.', place: { file } });
  });
  // Text of another kind would be called damaged JSON, and nobody wants a last good version of a README restored.
  if (!/^\uFEFF?\s*\{/.test(text)) throw new PenstockError('not-a-pipeline', `${file} is not a pipeline file.`, { remedy: 'Name a *.pipeline.json file.', place: { file } });
  try {
    return parseDocument(text);
  } catch (error) {
    if (!(error instanceof PenstockError)) throw error;
    const { code, message, remedy, place } = error;
    throw new PenstockError(code, message, { ...(remedy === undefined ? {} : { remedy }), place: { ...place, file }, cause: error });
  }
}

const readFailures: Readonly<Record<string, (file: string) => string>> = {
  ENOENT: (file) => `There is no pipeline file ${file}.`,
  ENOTDIR: (file) => `There is no pipeline file ${file}.`,
  EISDIR: (file) => `${file} is a folder, not a pipeline file.`,
  EACCES: (file) => `${file} may not be read.`,
};

/** `--project` wins; otherwise the project that the pipeline file lies in (see `findProject`). */
export function placeOf(file: string, project: string | undefined): ProjectPlace {
  if (project !== undefined) return { projectDir: path.resolve(project), filesDir: path.resolve(project) };
  return findProject(path.dirname(path.resolve(file)));
}

/** A node by its id, or by its title where only one has it. @throws PenstockError `unknown-node` listing what there is. */
export function findNode(document: PipelineDocument, catalogue: EngineCatalogue, name: string): PipelineNode {
  const byId = document.nodes.find((node) => node.id === name);
  if (byId !== undefined) return byId;
  const titleOf = (node: PipelineNode): string => nodeTitle(node, typeOfNode(catalogue, node)?.definition.title);
  const named = document.nodes.filter((node) => titleOf(node).toLowerCase() === name.toLowerCase());
  if (named.length === 1 && named[0] !== undefined) return named[0];
  if (named.length > 1) {
    throw new PenstockError('ambiguous-node', `${named.length} nodes are called “${name}”.`, { remedy: `Use an id: ${named.map((node) => node.id).join(', ')}.` });
  }
  const list = document.nodes.slice(0, 40).map((node) => `${node.id} (${titleOf(node)})`);
  throw new PenstockError('unknown-node', `The pipeline has no node “${name}”.`, { remedy: `Its nodes are: ${list.join(', ')}${document.nodes.length > 40 ? ' …' : ''}.` });
}

/**
 * `NODE.PARAM=VALUE` applied to a document. VALUE is JSON where it is JSON, else text; PARAM may go into objects (`a.b`).
 * @throws PenstockError `set-syntax`, `unknown-node`, `unknown-param`, and `param-invalid` where the node does not take the value.
 */
export function withSetting(document: PipelineDocument, catalogue: EngineCatalogue, setting: string): PipelineDocument {
  const equals = setting.indexOf('=');
  const left = equals < 0 ? setting : setting.slice(0, equals);
  const { node: found, rest } = nodeAndParam(document, catalogue, left, equals >= 0, setting);
  const type = typeOfNode(catalogue, found);
  // Names and values are those of today's version, as `penstock nodes` tells them.
  const today = type === undefined ? null : migrateParams(found, type.definition);
  const node = type === undefined || today === null ? found : { ...found, version: type.definition.version, params: today };
  const [first = '', ...deeper] = rest.split('.');
  const known = type === undefined ? null : paramNames(type.definition.params);
  if (known !== null && !known.includes(first)) {
    throw new PenstockError('unknown-param', `“${nodeTitle(node, type?.definition.title)}” has no parameter “${first}”.`, {
      remedy: known.length === 0 ? 'It has none.' : `Its parameters are: ${known.join(', ')}.`,
    });
  }
  const params = setDeep(node.params, [first, ...deeper], valueOf(setting.slice(equals + 1)));
  // Said before anything runs. Other params may be wrong already: the run says so, at their node.
  const parsed = type === undefined || type.definition.version !== node.version ? undefined : type.definition.params.safeParse(params);
  if (type !== undefined && parsed?.success === false) {
    const wrong = paramDiagnostics(parsed.error, type.definition.params, node.id).find((one) => one.place?.param?.[0] === first);
    if (wrong !== undefined) throw new PenstockError('param-invalid', `--set ${setting}: ${wrong.message}`, { remedy: `“penstock nodes --json” describes the parameters of ${node.type}.` });
  }
  return { ...document, nodes: document.nodes.map((one) => (one.id === node.id ? { ...node, params } : one)) };
}

function nodeAndParam(document: PipelineDocument, catalogue: EngineCatalogue, left: string, hasValue: boolean, setting: string): { node: PipelineNode; rest: string } {
  // Ids may hold dots: the longest id that fits wins.
  const owner = document.nodes.filter((node) => left.startsWith(`${node.id}.`)).toSorted((a, b) => b.id.length - a.id.length)[0];
  if (hasValue && owner !== undefined && left.length > owner.id.length + 1) return { node: owner, rest: left.slice(owner.id.length + 1) };
  const dot = left.indexOf('.');
  if (!hasValue || dot <= 0 || dot === left.length - 1) {
    throw new PenstockError('set-syntax', `“${setting}” is not NODE.PARAM=VALUE.`, { remedy: 'Write it like --set train.learningRate=0.01.' });
  }
  return { node: findNode(document, catalogue, left.slice(0, dot)), rest: left.slice(dot + 1) };
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function setDeep(target: unknown, path: readonly string[], value: unknown): Record<string, unknown> {
  const object = target !== null && typeof target === 'object' && !Array.isArray(target) ? (target as Record<string, unknown>) : {};
  const [first = '', ...rest] = path;
  if (first === '__proto__') throw new PenstockError('set-syntax', 'A parameter cannot be called __proto__.');
  return { ...object, [first]: rest.length === 0 ? value : setDeep(object[first], rest, value) };
}

/** Null where the params are not an object with fixed members. */
function paramNames(params: z.ZodType): string[] | null {
  const schema = paramsJsonSchema(params) as { properties?: Record<string, unknown> };
  return schema.properties === undefined ? null : Object.keys(schema.properties);
}

/** JSON Schema of a node's params as they are written in a document (defaults may be left out). */
export function paramsJsonSchema(params: z.ZodType): unknown {
  return z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' });
}
