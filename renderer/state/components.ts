import { create } from 'zustand';
import type { PipelineNode } from '#app/pipeline/document.ts';
import { componentNode, latest, typeOfNode, type Component } from '#app/pipeline/subflow/index.ts';
import type { NodeType } from '#app/pipeline/types.ts';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { useConnection } from '../rpc/connection.ts';
import { catalogue, offerComponents } from './catalogue.ts';
import { notify } from './notices.ts';

/** Components of the project, as they are offered beside the node types. */
export const useComponents = create<{ readonly components: readonly Component[]; readonly types: readonly NodeType[] }>(() => ({ components: [], types: [] }));

/** What a component is dragged and added as. */
export const componentType = (id: string): string => `component/${id}`;

export async function loadComponents(): Promise<void> {
  try {
    const { components, problems } = await client.components.list();
    take(components);
    for (const problem of problems) notify(problem);
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
  }
}

function take(components: readonly Component[]): void {
  const types = components.flatMap((component): NodeType[] => {
    const type = typeOfNode(catalogue, componentNode(component, 'x'));
    if (type === undefined) return [];
    const summary = component.description ?? latest(component).note;
    return [{ ...type, definition: { ...type.definition, type: componentType(component.id), title: component.title, ...(summary === '' ? {} : { summary }) } }];
  });
  offerComponents(new Map(components.map((component) => [componentType(component.id), component])));
  useComponents.setState({ components, types });
}

/** Puts a new or changed component among the others. */
function put(component: Component): Component {
  const others = useComponents.getState().components.filter(({ id }) => id !== component.id);
  take([...others, component].toSorted((a, b) => a.title.localeCompare(b.title)));
  return component;
}

/** @returns null where it could not be saved; the person is told. */
async function told(work: () => Promise<Component>): Promise<Component | null> {
  try {
    return put(await work());
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
    return null;
  }
}

export const createComponent = (title: string, node: PipelineNode): Promise<Component | null> => told(() => client.components.create({ title, node, note: '' }));

export const publishComponent = (id: string, base: number, node: PipelineNode, note: string): Promise<Component | null> => told(() => client.components.publish({ id, base, node, note }));

/** Gives the name by which the trash knows it; null where it could not be deleted, and the person is told. */
export async function removeComponent(id: string): Promise<string | null> {
  try {
    const { trashed } = await client.components.remove({ id });
    take(useComponents.getState().components.filter((one) => one.id !== id));
    return trashed;
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
    return null;
  }
}

/** For the life of the page. */
export function startComponents(): void {
  void loadComponents();
  useConnection.subscribe((state, before) => {
    if (state.epoch !== before.epoch && state.epoch > 1) void loadComponents();
  });
}
