import { listViews, profileView, showView, someKeys } from '../features/show.ts';
import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

const never = new AbortController().signal;

/** The feature store. */
export function featuresProcedures(os: Implementer, engine: Engine) {
  return {
    list: os.features.list.handler(() => listViews(engine)),
    show: os.features.show.handler(({ input }) => showView(engine, input.view)),
    profile: os.features.profile.handler(({ input, signal = never }) => profileView(engine, input.view, input.version, signal)),
    get: os.features.get.handler(async ({ input, signal }) => {
      const found = await engine.features.get(input.view, input.version, input.key, input.at, signal);
      return { ...found, values: { ...found.values } };
    }),
    someKeys: os.features.someKeys.handler(({ input, signal = never }) => someKeys(engine, input.view, input.limit, signal)),
    restoreOnline: os.features.restoreOnline.handler(async ({ input, signal = never }) => ({ versions: await engine.features.restoreOnline(input.view, signal) })),
    remove: os.features.remove.handler(({ input }) => {
      engine.features.remove(input.view);
      return {};
    }),
  };
}
