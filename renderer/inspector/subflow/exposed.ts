import type { ExposedParam, PipelineNode, SubflowContent } from '#app/pipeline/document.ts';
import type { Command } from '#app/pipeline/commands.ts';
import { isSubflow } from '#app/pipeline/subflow/index.ts';
import { titleOf, typeOf } from '../../state/catalogue.ts';
import { fieldsOf, paramsSchema, type FieldSpec } from '../form-model.ts';

/** Params of nodes inside that a subflow shows as its own. */

export interface ShownParam {
  readonly exposed: ExposedParam;
  /** The node inside; undefined where it was deleted. */
  readonly inner: PipelineNode | undefined;
  readonly field: FieldSpec | undefined;
  /** What holds inside where the subflow says nothing. */
  readonly inside: unknown;
}

export function shownParams(content: SubflowContent): readonly ShownParam[] {
  return content.exposed.map((exposed): ShownParam => {
    const inner = content.nodes.find(({ id }) => id === exposed.node);
    const definition = inner === undefined ? undefined : typeOf(inner)?.definition;
    const found = definition === undefined || inner === undefined ? undefined : fieldsOf(paramsSchema(definition.params), inner.params).find(({ name }) => name === exposed.param);
    const inside = inner === undefined ? undefined : exposed.param in inner.params ? inner.params[exposed.param] : found?.schema.default;
    return { exposed, inner, field: found === undefined ? undefined : { ...found, title: exposed.title ?? found.title }, inside };
  });
}

/** What a field of the subflow is called where several nodes inside have one of its name. */
export function shownTitle({ exposed, inner, field }: ShownParam, all: readonly ShownParam[]): string {
  const title = field?.title ?? exposed.title ?? exposed.param;
  const several = all.filter((other) => (other.field?.title ?? other.exposed.title ?? other.exposed.param) === title).length > 1;
  return several && exposed.title === undefined && inner !== undefined ? `${title} (${titleOf(inner)})` : title;
}

/** A name that no other exposed param has. */
function freeName(content: SubflowContent, param: string): string {
  const taken = new Set(content.exposed.map(({ name }) => name));
  let name = param.slice(0, 60);
  for (let number = 2; taken.has(name); number++) name = `${param.slice(0, 58)}${number}`;
  return name;
}

/** Shows a param of a node inside as the subflow's own, or no longer. The value that the subflow gave it stays with the node inside. */
export function toggleExposed(subflow: PipelineNode, inner: PipelineNode, param: string): Command | null {
  if (!isSubflow(subflow)) return null;
  const { content } = subflow;
  const before = content.exposed.find((one) => one.node === inner.id && one.param === param);
  if (before === undefined) {
    const exposed = { name: freeName(content, param), node: inner.id, param };
    return { type: 'replace-node', node: { ...subflow, content: { ...content, exposed: [...content.exposed, exposed] } } };
  }
  const { [before.name]: value, ...params } = subflow.params;
  const nodes = value === undefined ? content.nodes : content.nodes.map((node) => (node.id === inner.id ? { ...node, params: { ...node.params, [param]: value } } : node));
  const repeat =
    subflow.repeat?.over === 'params'
      ? { ...subflow.repeat, runs: subflow.repeat.runs.map((run) => ({ ...run, params: Object.fromEntries(Object.entries(run.params).filter(([name]) => name !== before.name)) })) }
      : subflow.repeat;
  return { type: 'replace-node', node: { ...subflow, params, content: { ...content, nodes, exposed: content.exposed.filter((one) => one !== before) }, ...(repeat === undefined ? {} : { repeat }) } };
}
