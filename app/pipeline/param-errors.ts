import type { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { ParamHint } from '#app/sdk/node.ts';
import { issuePhrase } from '#app/core/issue-phrase.ts';

/** Zod's issues about params, in words a person without zod understands, one diagnostic an issue. */
export function paramDiagnostics(error: z.ZodError, schema: z.ZodType, nodeId: string): Diagnostic[] {
  return error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    return {
      severity: 'error',
      code: 'param-invalid',
      message: sentence(issue, paramTitle(schema, path)),
      remedy: 'Choose another value in the inspector.',
      place: { nodeId, param: path },
    };
  });
}

function sentence(issue: z.core.$ZodIssue, title: string): string {
  const name = `“${title}”`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return `${issue.keys.map((key) => `“${key}”`).join(', ')} ${issue.keys.length === 1 ? 'is not a parameter' : 'are not parameters'} of this node.`;
    case 'invalid_union':
      return `${name} has a value that this node does not understand.`;
    default: {
      const phrase = issuePhrase(issue, name);
      return /[!?]$/.test(phrase) ? phrase : `${phrase}.`;
    }
  }
}

/** The `title` of the schema at a path, or the path's last name in words ("learningRate" → "learning rate"). */
export function paramTitle(schema: z.ZodType, path: readonly (string | number)[]): string {
  let at: z.core.$ZodType | undefined = schema;
  let title: string | undefined;
  for (const part of path) {
    at = child(at, part);
    title = at === undefined ? undefined : (metaTitle(at) ?? title);
    if (at === undefined) break;
  }
  if (title !== undefined) return title;
  const name = path.findLast((part) => typeof part === 'string');
  if (name === undefined) return 'The parameters';
  const words = String(name).replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[-_]/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface Def {
  readonly innerType?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
}

const defOf = (schema: z.core.$ZodType): Def => (schema as z.ZodType).def as unknown as Def;

/** Default, optional, nullable and pipe wrap the schema that the hint may sit on; 20 is far beyond any real nesting. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  const layers = [schema];
  for (let at: z.core.$ZodType | undefined = schema; at !== undefined && layers.length < 20; ) {
    const def: Def = defOf(at);
    at = def.innerType ?? def.in;
    if (at !== undefined) layers.push(at);
  }
  return layers;
}

/** The schema of a param within the schema of its object; undefined where there is none. */
export const childSchema = (schema: z.ZodType, name: string): z.ZodType | undefined => child(schema, name) as z.ZodType | undefined;

/** Form hints of the param at a path, of the outermost layer that says each; empty where there is none. */
export function hintAt(schema: z.ZodType, path: readonly (string | number)[]): ParamHint {
  let at: z.core.$ZodType | undefined = schema;
  for (const part of path) at = child(at, part);
  if (at === undefined) return {};
  return Object.assign({}, ...unwrapped(at).map((layer) => (layer as z.ZodType).meta?.() ?? {}).reverse()) as ParamHint;
}

function child(schema: z.core.$ZodType | undefined, part: string | number): z.core.$ZodType | undefined {
  if (schema === undefined) return undefined;
  for (const layer of unwrapped(schema)) {
    const def = defOf(layer);
    if (typeof part === 'string' && def.shape !== undefined && Object.hasOwn(def.shape, part)) return def.shape[part];
    if (typeof part === 'number' && def.element !== undefined) return def.element;
    if (def.valueType !== undefined) return def.valueType;
  }
  return undefined;
}

function metaTitle(schema: z.core.$ZodType): string | undefined {
  for (const layer of unwrapped(schema)) {
    const title = (layer as z.ZodType).meta?.()?.title;
    if (typeof title === 'string') return title;
  }
  return undefined;
}

/** Params that the node type does not know (a typing error in a file, a newer version): they are kept, but they do nothing. */
export function unknownParams(given: unknown, parsed: unknown, nodeId: string, title: string): Diagnostic[] {
  if (typeof given !== 'object' || given === null || typeof parsed !== 'object' || parsed === null) return [];
  return Object.keys(given)
    .filter((name) => !Object.hasOwn(parsed, name))
    .map((name) => ({
      severity: 'warning',
      code: 'param-unknown',
      message: `“${name}” is not a parameter of ${title}, so it has no effect.`,
      remedy: `Its parameters are ${Object.keys(parsed).join(', ')}.`,
      place: { nodeId, param: [name] },
    }));
}
