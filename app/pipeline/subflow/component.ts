import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { issuePhrase } from '#app/core/issue-phrase.ts';
import { contentSchema, nodeSchema, type PipelineNode, type SubflowContent } from '../document.ts';
import { refuseHostileKeys } from '../parse.ts';
import { sameJson } from '../delta.ts';

/** A subflow kept in the project, for use in any of its pipelines: `components/<name>.component.json`. Versions are never changed. */
export const componentSchema = z.looseObject({
  format: z.literal('penstock-component'),
  version: z.literal(1),
  id: z.string().min(1).max(64),
  title: z.string().min(1).max(200),
  description: z.string().max(20_000).optional(),
  /** Oldest first, numbered from 1. */
  versions: z
    .array(z.looseObject({ number: z.int().min(1), savedAt: z.number(), note: z.string().max(2000), params: nodeSchema.shape.params, content: contentSchema, repeat: nodeSchema.shape.repeat }))
    .min(1)
    .max(10_000),
});

export type Component = z.infer<typeof componentSchema>;
export type ComponentVersion = Component['versions'][number];

/** @throws PenstockError `component-invalid` naming what is wrong, those of `refuseHostileKeys`. */
export function parseComponent(text: string, file: string): Component {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new PenstockError('component-invalid', `The component ${file} is not complete JSON.`, { remedy: 'Restore its last good version.', cause: error });
  }
  refuseHostileKeys(raw, 'The component');
  const result = componentSchema.safeParse(raw);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new PenstockError('component-invalid', `The component ${file} is wrong at ${issue?.path.map(String).join('.') || 'its top level'}: ${issuePhrase(issue, 'it')}.`, { remedy: 'Mend the file there, or restore its last good version.' });
}

export const latest = ({ versions }: Component): ComponentVersion => versions.at(-1) as ComponentVersion;

/** A use of a component: a subflow with its own copy of a version. */
export function componentNode(component: Component, id: string, number: number = latest(component).number): PipelineNode {
  const version = component.versions.find((one) => one.number === number) ?? latest(component);
  const { params, content, repeat } = version;
  return { id, type: 'flow/subflow', version: 1, params, content, component: { id: component.id, version: version.number, title: component.title }, ...(repeat === undefined ? {} : { repeat }) };
}

/**
 * Another version in the place of a use: its ports keep their connections by their ids, its own values stay where the version still
 * shows such a param.
 */
export function updateUse(node: PipelineNode, component: Component, number: number = latest(component).number): PipelineNode {
  const fresh = componentNode(component, node.id, number);
  const before = component.versions.find((one) => one.number === node.component?.version);
  const shown = new Set((fresh.content as SubflowContent).exposed.map(({ name }) => name));
  const own = Object.entries(node.params).filter(([name, value]) => shown.has(name) && !sameJson(value, before?.params[name]));
  const { content: _content, params: _params, component: _component, repeat: _repeat, ...kept } = node;
  const repeat = sameJson(node.repeat, before?.repeat) ? fresh.repeat : node.repeat;
  return { ...kept, params: { ...fresh.params, ...Object.fromEntries(own) }, content: fresh.content, component: fresh.component, ...(repeat === undefined ? {} : { repeat }) } as PipelineNode;
}

/** Whether what a use holds is no longer what its version holds. Where things lie on the canvas does not count. */
export function isChanged(node: PipelineNode, component: Component): boolean {
  const version = component.versions.find((one) => one.number === node.component?.version);
  if (version === undefined || node.content === undefined) return false;
  const bare = ({ layout: _layout, ...content }: SubflowContent): unknown => content;
  return !sameJson(bare(node.content), bare(version.content));
}
