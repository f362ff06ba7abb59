import { z } from 'zod';
import type { NodeDefinition } from '#app/sdk/node.ts';
import type { PortKind, PortSpec } from '#app/sdk/ports.ts';
import type { ExposedParam, PipelineNode, SubflowContent } from '../document.ts';
import { nodeTitle } from '../graph.ts';
import type { NodeCatalogue, NodeType } from '../types.ts';
import { childSchema } from '../param-errors.ts';

/** A node that stands for the nodes of its content. */
export const subflowType = 'flow/subflow';
/** Inside a content: what comes in and what goes out. The node's id is the name of the subflow's port. */
export const inputType = 'flow/input';
export const outputType = 'flow/output';
/** The one port of an input and of an output. */
export const boundaryPort = 'value';

export const isSubflow = (node: Pick<PipelineNode, 'type' | 'content'>): node is PipelineNode & { content: SubflowContent } => node.type === subflowType && node.content !== undefined;
export const isBoundary = ({ type }: Pick<PipelineNode, 'type'>): boolean => type === inputType || type === outputType;

const kinds: readonly PortKind[] = ['table', 'recipe', 'learner', 'model', 'evaluation', 'report'];

/** What an input or output carries; a table unless it says otherwise. */
export function boundaryKind(node: Pick<PipelineNode, 'params'>): PortKind {
  return kinds.find((kind) => kind === node.params['kind']) ?? 'table';
}

/** The type of a node: of the catalogue, or made from what a subflow holds. */
export function typeOfNode(catalogue: NodeCatalogue, node: PipelineNode): NodeType | undefined {
  if (isSubflow(node)) return subflowNodeType(catalogue, node);
  if (isBoundary(node)) return boundaryTypes.get(`${node.type} ${boundaryKind(node)}`);
  return catalogue.get(node.type);
}

const icons = {
  [subflowType]: '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"><rect x="3.5" y="4.5" width="17" height="15" rx="2.5"/><circle cx="8.5" cy="12" r="1.75"/><circle cx="15.5" cy="12" r="1.75"/><path d="M10.25 12h3.5M3.5 12h3.25M17.25 12h3.25"/></svg>',
  [inputType]: '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"><path d="M10 4.5h7.5a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H10M4 12h10M10.5 8.5 14 12l-3.5 3.5"/></svg>',
  [outputType]: '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"><path d="M14 4.5H6.5a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2H14M10 12h10M16.5 8.5 20 12l-3.5 3.5"/></svg>',
};

export const subflowIcon = icons[subflowType];

const boundaryParams = z.object({
  kind: z.enum(kinds as readonly [PortKind, ...PortKind[]]).default('table').meta({
    title: 'Carries',
    control: 'select',
    labels: { table: 'A table', recipe: 'A recipe', learner: 'A learner', model: 'A model', evaluation: 'An evaluation', report: 'A report' },
  }),
});
const inputParams = boundaryParams.extend({
  optional: z.boolean().default(false).meta({ title: 'May be left open', control: 'switch', description: 'Nothing has to be connected outside; what needs the input inside then has nothing.' }),
});

function boundaryType(type: typeof inputType | typeof outputType, kind: PortKind): NodeType {
  const port: PortSpec = { name: boundaryPort, title: 'Value', kind, ...(type === outputType ? { arity: 'one' as const } : {}) };
  return {
    definition: {
      type,
      version: 1,
      title: type === inputType ? 'Input' : 'Output',
      summary: type === inputType ? 'What comes into the subflow from outside.' : 'What the subflow gives outside.',
      keywords: [],
      inputs: type === outputType ? [port] : [],
      outputs: type === inputType ? [port] : [],
      params: type === inputType ? inputParams : boundaryParams,
    },
    icon: icons[type],
    help: type === inputType ? inputHelp : outputHelp,
  };
}

const inputHelp = `# Input

A port of the subflow that this node is in. Its title is the port's name outside; what is connected there comes out here.

Choose what it carries. An input that may be left open need not be connected.
`;
const outputHelp = `# Output

A port of the subflow that this node is in. Its title is the port's name outside; what is connected here comes out there.

Where the subflow is repeated, tables of all runs come out under each other, and of everything else one for each run: connect it to an
input that takes several, such as that of Compare Models.
`;

const boundaryTypes: ReadonlyMap<string, NodeType> = new Map(
  [inputType, outputType].flatMap((type) => kinds.map((kind): [string, NodeType] => [`${type} ${kind}`, boundaryType(type as typeof inputType, kind)])),
);

interface Made {
  readonly catalogue: NodeCatalogue;
  readonly node: PipelineNode;
  readonly type: NodeType;
}

/** Contents are immutable values: the type of one is made once. */
const made = new WeakMap<SubflowContent, Made>();

function subflowNodeType(catalogue: NodeCatalogue, node: PipelineNode & { content: SubflowContent }): NodeType {
  const { content } = node;
  const known = made.get(content);
  if (known !== undefined && known.catalogue === catalogue && known.node.repeat === node.repeat && known.node.component === node.component) return known.type;
  const definition: NodeDefinition = {
    type: subflowType,
    version: 1,
    title: node.component?.title ?? 'Subflow',
    summary: 'Several nodes as one.',
    keywords: ['group', 'component', 'metanode', 'loop', 'repeat'],
    inputs: portsInside(content, inputType).map((input) => ({ name: input.id, title: nodeTitle(input, 'Input'), kind: boundaryKind(input), arity: input.params['optional'] === true ? 'optional' : 'one' })),
    outputs: portsInside(content, outputType).map((output) => ({ name: output.id, title: nodeTitle(output, 'Output'), kind: boundaryKind(output) })),
    params: paramsOf(catalogue, content),
    describe: () => describeSubflow(node),
  };
  const type: NodeType = { definition, icon: icons[subflowType], help: subflowHelp };
  made.set(content, { catalogue, node, type });
  return type;
}

/** From top to bottom, as they lie inside. */
function portsInside({ nodes, layout }: SubflowContent, type: string): PipelineNode[] {
  const height = ({ id }: PipelineNode): number => (Object.hasOwn(layout, id) ? (layout[id]?.y ?? 0) : 0);
  return nodes.filter((node) => node.type === type).toSorted((a, b) => height(a) - height(b));
}

const subflowHelp = `# Subflow

Several nodes as one, with ports and parameters of its own. Open it to see and change what is inside; the nodes run as if they stood in
the pipeline, and each keeps its own result.

- **Ports** are the Input and Output nodes inside.
- **Parameters** are those of nodes inside that it shows as its own. A value set here holds in place of the one inside.
- **Repeat** runs it several times: for each of a list of parameter values, or for each group of rows of a table. Tables that come out are
  put under each other, with a column that says of which run a row is.
- As a **component** it can be used in other pipelines of the project. Each use holds its own copy, so a pipeline always runs as it was
  drawn; when the component has a newer version, the node offers it.
`;

/** Each exposed param by the schema that it has inside; one that is gone there accepts what it holds. */
function paramsOf(catalogue: NodeCatalogue, content: SubflowContent): z.ZodType {
  const shape = Object.fromEntries(content.exposed.map((exposed) => [exposed.name, exposedSchema(catalogue, content, exposed)]));
  return z.looseObject(shape);
}

function exposedSchema(catalogue: NodeCatalogue, content: SubflowContent, { node: id, param, title }: ExposedParam): z.ZodType {
  const node = content.nodes.find((one) => one.id === id);
  const type = node === undefined ? undefined : typeOfNode(catalogue, node);
  const found = type === undefined ? undefined : childSchema(type.definition.params, param);
  if (node === undefined || found === undefined) return z.unknown().optional().meta({ title: title ?? param, control: 'hidden' });
  const own = found.meta() ?? {};
  return found.optional().meta({ ...own, title: title ?? String(own['title'] ?? param) });
}

/** The card's line: how much is inside, and how often it runs. */
export function describeSubflow({ content, repeat }: Pick<PipelineNode, 'content' | 'repeat'>): string {
  const steps = content?.nodes.filter((node) => !isBoundary(node)).length ?? 0;
  const size = steps === 1 ? '1 node' : `${steps} nodes`;
  if (repeat === undefined) return size;
  const times = repeat.over === 'params' ? repeat.runs.length : repeat.values.length;
  return repeat.over === 'params' ? `${size}, run ${times === 1 ? 'once' : `${times} times`}` : `${size}, for each ${repeat.by || '…'} (${times})`;
}
