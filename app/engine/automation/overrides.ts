import { PenstockError } from '#app/core/errors.ts';
import type { ParamOverride } from '#app/core/automation.ts';
import { migrateParams } from '#app/pipeline/migrate.ts';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { paramDiagnostics } from '#app/pipeline/param-errors.ts';
import { nodeTitle } from '#app/pipeline/graph.ts';
import { typeOfNode } from '#app/pipeline/subflow/node-type.ts';
import type { ParamHint } from '#app/sdk/node.ts';
import type { EngineCatalogue } from '../catalogue.ts';

/** Params that are code: what comes from outside never gets into them. */
const code = new Set<ParamHint['control']>(['sql', 'javascript', 'python', 'expression']);

/**
 * A document with the params of this firing: only those that the automation declares, with `{{name}}` in their text replaced by what the
 * trigger gave. A value that is nothing but `{{name}}` keeps the type of what was given.
 * @throws PenstockError `override-invalid`, `override-is-code`, `unknown-node`, `unknown-param`, `param-invalid`.
 */
export function withOverrides(document: PipelineDocument, catalogue: EngineCatalogue, overrides: readonly ParamOverride[], given: Readonly<Record<string, unknown>>): PipelineDocument {
  return overrides.reduce((current, override) => withOverride(current, catalogue, override, given), document);
}

function withOverride(document: PipelineDocument, catalogue: EngineCatalogue, { node: id, param, value }: ParamOverride, given: Readonly<Record<string, unknown>>): PipelineDocument {
  const node = document.nodes.find((one) => one.id === id);
  if (node === undefined) throw new PenstockError('unknown-node', `The pipeline has no node “${id}”, whose “${param}” is to be set.`, { remedy: 'Change the parameters of the schedule.' });
  const type = typeOfNode(catalogue, node);
  const title = nodeTitle(node, type?.definition.title);
  const place = { nodeId: id, param: param.split('.') };
  const known = Object.keys(unwrapped(type?.definition.params)?.shape ?? {});
  if (known.length > 0 && !known.includes(place.param[0] ?? '')) throw new PenstockError('unknown-param', `“${title}” has no parameter “${place.param[0] ?? ''}”.`, { remedy: `Its parameters are: ${known.join(', ')}.`, place });
  if (type !== undefined && usesTemplates(value) && isCode(type.definition.params, place.param)) {
    throw new PenstockError('override-is-code', `“${param}” of “${title}” is code: values from outside are not put into it.`, { remedy: 'Read the value from a table or set another parameter.', place });
  }
  const params = setDeep(type === undefined ? node.params : (migrateParams(node, type.definition) ?? node.params), place.param, filled(value, given, `“${param}” of “${title}”`));
  const changed: PipelineNode = { ...node, params, ...(type === undefined ? {} : { version: type.definition.version }) };
  const parsed = type?.definition.params.safeParse(params);
  if (type !== undefined && parsed?.success === false) {
    const wrong = paramDiagnostics(parsed.error, type.definition.params, id).find((one) => one.place?.param?.[0] === place.param[0]);
    if (wrong !== undefined) throw new PenstockError('param-invalid', `“${param}” of “${title}” does not take what the trigger gave: ${wrong.message}`, { place });
  }
  return { ...document, nodes: document.nodes.map((one) => (one.id === id ? changed : one)) };
}

/** Names in `{{…}}` that a value uses. */
export function templateNames(value: unknown): string[] {
  const found: string[] = [];
  walk(value, (text) => {
    for (const [, name = ''] of text.matchAll(template)) found.push(name);
  });
  return found;
}

const template = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;

const usesTemplates = (value: unknown): boolean => templateNames(value).length > 0;

function walk(value: unknown, visit: (text: string) => void): void {
  if (typeof value === 'string') visit(value);
  else if (Array.isArray(value)) for (const one of value) walk(one, visit);
  else if (value !== null && typeof value === 'object') for (const one of Object.values(value)) walk(one, visit);
}

function filled(value: unknown, given: Readonly<Record<string, unknown>>, where: string): unknown {
  if (Array.isArray(value)) return value.map((one) => filled(one, given, where));
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, given, where)]));
  if (typeof value !== 'string') return value;
  const whole = /^\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}$/.exec(value)?.[1];
  if (whole !== undefined) return lookUp(given, whole, where);
  return value.replaceAll(template, (_all, name: string) => {
    const found = lookUp(given, name, where);
    if (found !== null && typeof found === 'object') throw new PenstockError('override-invalid', `“{{${name}}}” in ${where} is not a single value.`, { remedy: 'Name a member of it, as in {{body.path}}.' });
    return String(found ?? '');
  });
}

function lookUp(given: Readonly<Record<string, unknown>>, name: string, where: string): unknown {
  let at: unknown = given;
  for (const part of name.split('.')) {
    const has = at !== null && typeof at === 'object' && Object.hasOwn(at, part);
    if (!has) {
      throw new PenstockError('override-invalid', `The trigger gave no “${name}”, which ${where} is to be.`, { remedy: `It gave: ${Object.keys(given).join(', ') || 'nothing'}.` });
    }
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

function setDeep(target: unknown, path: readonly string[], value: unknown): Record<string, unknown> {
  const object = target !== null && typeof target === 'object' && !Array.isArray(target) ? (target as Record<string, unknown>) : {};
  const [first = '', ...rest] = path;
  if (first === '__proto__') throw new PenstockError('override-invalid', 'A parameter cannot be called __proto__.');
  return { ...object, [first]: rest.length === 0 ? value : setDeep(object[first], rest, value) };
}

/** Whether any param on the way is code, by its form hint. */
function isCode(schema: unknown, path: readonly string[]): boolean {
  let at: unknown = schema;
  for (const part of path) {
    at = memberOf(at, part);
    if (code.has(hintOf(at)?.control)) return true;
  }
  return holdsCode(at, 0);
}

interface ZodLike {
  readonly shape?: Record<string, unknown>;
  readonly element?: unknown;
  readonly options?: readonly unknown[];
  readonly meta?: () => ParamHint | undefined;
  readonly def?: { readonly innerType?: unknown; readonly in?: unknown };
}

const hintOf = (schema: unknown): ParamHint | undefined => (schema as ZodLike | undefined)?.meta?.();

function unwrapped(schema: unknown): ZodLike | undefined {
  let at = schema as ZodLike | undefined;
  for (let depth = 0; depth < 10 && at !== undefined && at.shape === undefined && at.element === undefined; depth += 1) {
    const inner = (at.def?.innerType ?? at.def?.in) as ZodLike | undefined;
    if (inner === undefined) break;
    at = inner;
  }
  return at;
}

function memberOf(schema: unknown, name: string): unknown {
  const at = unwrapped(schema);
  return at?.shape?.[name] ?? at?.element;
}

/** An object or a list that is set as a whole may hold code further in. */
function holdsCode(schema: unknown, depth: number): boolean {
  if (depth > 5 || schema === undefined) return false;
  if (code.has(hintOf(schema)?.control)) return true;
  const at = unwrapped(schema);
  if (at === undefined) return false;
  if (at !== schema && code.has(hintOf(at)?.control)) return true;
  const inside = [...Object.values(at.shape ?? {}), ...(at.element === undefined ? [] : [at.element]), ...(Array.isArray(at.options) ? at.options.filter((one) => typeof one === 'object') : [])];
  return inside.some((one) => holdsCode(one, depth + 1));
}
