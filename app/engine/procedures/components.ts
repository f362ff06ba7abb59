import { latest, type Component } from '#app/pipeline/subflow/index.ts';
import type { Engine } from '../engine.ts';
import { onWire } from '../wire.ts';
import type { Implementer } from './implementer.ts';

/** Components of the project. */
export function componentsProcedures(os: Implementer, engine: Engine) {
  const { components } = engine;
  /** Pipelines of others take over what is published. */
  const told = (what: string, component: Component): Component => {
    engine.audit({ action: `component.${what}`, subject: `component:${component.id}`, details: { title: component.title, version: latest(component).number } });
    return component;
  };
  return {
    list: os.components.list.handler(async () => {
      const { components: found, problems } = await components.list();
      return { components: [...found], problems: problems.map(onWire) };
    }),
    create: os.components.create.handler(async ({ input }) => {
      engine.assertWritable();
      return told('created', await components.create(input.title, input.node, input.note));
    }),
    publish: os.components.publish.handler(async ({ input }) => {
      engine.assertWritable();
      return told('published', await components.publish(input.id, input.base, input.node, input.note));
    }),
    rename: os.components.rename.handler(async ({ input }) => {
      engine.assertWritable();
      return told('renamed', await components.rename(input.id, input.title));
    }),
    remove: os.components.remove.handler(async ({ input }) => {
      engine.assertWritable();
      const removed = await components.remove(input.id);
      engine.audit({ action: 'component.removed', subject: `component:${input.id}`, details: removed });
      return removed;
    }),
  };
}
