import type { Command } from '../../commands.ts';
import { ancestors, indexGraph } from '../../graph.ts';
import type { PipelineDocument } from '../../document.ts';
import type { Schema } from '#app/relation/types.ts';
import type { Fix, LintInput, LintNode, SourcePort } from '../finding.ts';
import { batch, freeId, setParams } from '../fixes.ts';
import { intoRecipes, type Step } from '../recipe-edits.ts';
import { sourcesAt, type Traces } from '../trace.ts';
import type { Trial } from '../trials.ts';

/**
 * Moves what an Impute node learns into the recipes of the trainers behind it: there it is learnt from training rows only. Null where
 * the node is another, or fills in a way that recipes do not know (within groups, with the smallest or greatest value).
 */
export function fillInRecipe(node: LintNode, trials: readonly Trial[], traces: Traces, { document, catalogue }: LintInput): Fix | null {
  if (node.definition.type !== 'transform/impute') return null;
  const [from] = sourcesAt(node, 'table').map((one) => one.from);
  const schema: Schema = from === undefined ? [] : [...(traces.table(from)?.columns ?? [])].map(([name, { type }]) => ({ name, type }));
  const split = recipeSteps(node.params, schema);
  if (from === undefined || split === null) return null;

  const moved = intoRecipes(trials, ({ features }) => split.moved.flatMap((step) => restrictedTo(step, features)), traces, { document, catalogue });
  if (moved === null) return null;
  const commands: (Command | null)[] = [...moved];
  commands.push(...(split.left.length > 0 ? [setParams(node, { steps: split.left })] : leadAround(document, node.id, from, trials)));
  const command = batch(commands);
  return command === null ? null : { title: 'fill missing values in the recipe', command };
}

/** Connections from a node on the way to the trials start at what feeds it; it goes where nothing else reads it. */
export function leadAround(document: PipelineDocument, nodeId: string, from: SourcePort, trials: readonly Trial[]): Command[] {
  const ends = trials.flatMap(({ at, tests }) => [at.id, ...tests.map(({ node }) => node.id)]);
  const onTheWay = new Set([...ends, ...ancestors(document, ends)]);
  const out = indexGraph(document).outgoing.get(nodeId) ?? [];
  const led = out.filter((edge) => onTheWay.has(edge.to.node));
  const taken: string[] = [];
  const commands = led.map((edge): Command => {
    const id = freeId(document, edge.id, taken);
    taken.push(id);
    return { type: 'connect', edge: { id, from: { node: from.nodeId, port: from.port }, to: { ...edge.to } }, replaces: edge.id };
  });
  return led.length < out.length ? commands : [...commands, { type: 'remove', nodes: [nodeId] }];
}

/** Rows of Impute that recipes have a step for, as those steps, and the rows that learn nothing and may stay. Null: some learn otherwise. */
function recipeSteps(params: Readonly<Record<string, unknown>>, schema: Schema): { moved: Step[]; left: Step[] } | null {
  const { steps, groups, indicator } = params;
  if (!Array.isArray(steps) || (Array.isArray(groups) && groups.length > 0)) return null;
  const named: Step[] = [];
  const byKind: Step[] = [];
  const left: Step[] = [];
  for (const one of steps as Step[]) {
    const { columns, names, method } = one;
    const list = columns === 'chosen' && Array.isArray(names) ? names.map(String) : null;
    const types = new Set(list === null ? [columns === 'numbers' ? 'float' : columns === 'texts' ? 'string' : 'other'] : list.map((name) => schema.find((column) => column.name === name)?.type));
    const numbers = [...types].every((type) => type === 'float' || type === 'integer');
    const texts = [...types].every((type) => type === 'string');
    const step = (filled: Step): Step => ({ step: 'impute', columns: list === null ? { by: numbers ? 'all-numeric' : 'all-categorical' } : { by: 'names', names: list }, numeric: 'none', categorical: 'none', constant: 'missing', indicator: indicator === true, ...filled });
    if (method === 'constant' || method === 'drop' || method === 'previous') left.push(one);
    else if ((method === 'mean' || method === 'median') && numbers) (list === null ? byKind : named).push(step({ numeric: method }));
    else if (method === 'most-frequent' && texts) (list === null ? byKind : named).push(step({ categorical: 'most-frequent' }));
    else return null;
  }
  // In Impute a column's own row wins over one for its kind; in a recipe the first step that fills it does.
  return { moved: [...named, ...byKind], left };
}

/** A step for named columns may name only features. */
function restrictedTo(step: Step, features: readonly string[]): Step[] {
  const columns = step['columns'] as { readonly by: string; readonly names?: readonly string[] };
  if (columns.by !== 'names') return [step];
  const names = (columns.names ?? []).filter((name) => features.includes(name));
  return names.length === 0 ? [] : [{ ...step, columns: { by: 'names', names } }];
}
