import type { Engine } from '../engine.ts';
import { onWire } from '../wire.ts';
import type { Implementer } from './implementer.ts';

/** Components of the project. */
export function componentsProcedures(os: Implementer, engine: Engine) {
  const { components } = engine;
  return {
    list: os.components.list.handler(async () => {
      const { components: found, problems } = await components.list();
      return { components: [...found], problems: problems.map(onWire) };
    }),
    create: os.components.create.handler(({ input }) => {
      engine.assertWritable();
      return components.create(input.title, input.node, input.note);
    }),
    publish: os.components.publish.handler(({ input }) => {
      engine.assertWritable();
      return components.publish(input.id, input.base, input.node, input.note);
    }),
    rename: os.components.rename.handler(({ input }) => {
      engine.assertWritable();
      return components.rename(input.id, input.title);
    }),
    remove: os.components.remove.handler(async ({ input }) => {
      engine.assertWritable();
      return components.remove(input.id);
    }),
  };
}
