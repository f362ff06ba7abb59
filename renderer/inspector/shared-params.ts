import type { Command } from '#app/pipeline/commands.ts';
import type { PipelineNode } from '#app/pipeline/document.ts';
import type { NodeDefinition } from '#app/sdk/node.ts';
import { fieldsOf, paramsSchema, setAt, type FieldSpec, type JsonSchema, type Path } from './form-model.ts';
import { texts } from '../text/texts.ts';

/** Params that several nodes share, for changing them at once. Pure functions. */

export interface SharedField {
  readonly field: FieldSpec;
  /** The nodes' value, where all have the same. */
  readonly value: unknown;
  readonly differs: boolean;
  /** Some of the different values as text, for telling them apart. */
  readonly values: readonly string[];
}

/** Controls whose parts are set one by one: with different values there is no one value that a part could be put into. */
const inParts = new Set(['rows', 'csv-dialect', 'object', 'choice', 'grid']);

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Both can be set by one control: same kind of control, same choices, same bounds for what is typed into it, one type of column at least. */
function alike(a: FieldSpec, b: FieldSpec): boolean {
  const [ours, theirs] = [a.schema.types, b.schema.types];
  if (ours && theirs && !ours.some((one) => theirs.includes(one))) return false;
  const key = ({ enum: choices, from, minimum, maximum, exclusiveMinimum, exclusiveMaximum, type }: JsonSchema): unknown => [choices, from, minimum, maximum, exclusiveMinimum, exclusiveMaximum, type];
  return a.control === b.control && a.nullable === b.nullable && same(key(a.schema), key(b.schema));
}

const valueOf = (node: PipelineNode, field: FieldSpec): unknown => (field.name in node.params ? node.params[field.name] : (field.schema.default ?? null));

/** The fields that every node shows, in the first one's order. Empty where a node's type is not known. */
export function sharedFields(nodes: readonly PipelineNode[], definitionOf: (type: string) => NodeDefinition | undefined): readonly SharedField[] {
  const [first, ...others] = nodes;
  const forms = nodes.map((node) => {
    const definition = definitionOf(node.type);
    return definition ? fieldsOf(paramsSchema(definition.params), node.params) : [];
  });
  const [own = []] = forms;
  if (!first) return [];
  return own.flatMap((ownField): SharedField[] => {
    const fields = forms.flatMap((form) => form.find((other) => other.name === ownField.name && alike(ownField, other)) ?? []);
    if (fields.length < nodes.length) return [];
    // Columns are offered that every node takes.
    const limits = fields.flatMap(({ schema }) => (schema.types ? [schema.types] : []));
    const types = limits.length === 0 ? undefined : limits.reduce((kept, more) => kept.filter((type) => more.includes(type)));
    const field = types === undefined ? ownField : { ...ownField, schema: { ...ownField.schema, types } };
    const value = valueOf(first, field);
    const differs = others.some((node) => !same(valueOf(node, field), value));
    if (!differs) return [{ field, value, differs, values: [] }];
    if (inParts.has(field.control)) return [];
    return [{ field, value: undefined, differs, values: [...new Set(nodes.map((node) => shown(valueOf(node, field), field)))].slice(0, 4) }];
  });
}

function shown(value: unknown, { schema }: FieldSpec): string {
  if (value === null || value === '') return texts.inspector.shared.none;
  if (typeof value === 'boolean') return value ? texts.inspector.shared.on : texts.inspector.shared.off;
  if (Array.isArray(value)) return value.length === 0 ? texts.inspector.shared.none : value.length === 1 ? String(value[0]) : texts.inspector.shared.entries(value.length);
  return schema.labels?.[String(value)] ?? String(value);
}

/** One step that gives all nodes a value, at the same place in each. */
export function changeShared(nodes: readonly PipelineNode[], path: Path, value: unknown): Command {
  return { type: 'batch', commands: nodes.map((node): Command => ({ type: 'set-params', nodeId: node.id, params: setAt(node.params, path, value) as Record<string, unknown> })) };
}
