import { Trash } from '../project/trash.ts';
import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** What was deleted from the project. */
export function trashProcedures(os: Implementer, engine: Engine) {
  const trash = new Trash(engine.projectDir);
  const homes = { pipeline: engine.pipelines, report: engine.reports, component: engine.components };
  return {
    list: os.trash.list.handler(() => trash.list()),
    restore: os.trash.restore.handler(async ({ input }) => {
      engine.assertWritable();
      const kind = trash.kindOf(input.trashed);
      const { path } = await homes[kind].restore(input.trashed);
      // Components are known by their id everywhere else.
      const id = kind === 'component' ? await engine.components.idIn(path) : null;
      engine.audit({ action: `${kind}.restored`, subject: `${kind}:${id ?? path}`, details: { trashed: input.trashed } });
      return { kind, path };
    }),
    remove: os.trash.remove.handler(async ({ input }) => {
      engine.assertWritable();
      const kind = trash.kindOf(input.trashed);
      await trash.remove(input.trashed);
      engine.audit({ action: `${kind}.removed-for-good`, subject: `trash:${input.trashed}` });
      return {};
    }),
    empty: os.trash.empty.handler(async () => {
      engine.assertWritable();
      const removed = await trash.empty();
      engine.audit({ action: 'trash.emptied', subject: 'trash', details: { removed } });
      return { removed };
    }),
  };
}
