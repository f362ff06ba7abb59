import type { ScriptServices } from '#app/sdk/scripts.ts';

/** Runs scripts of one node run. */
export function scriptServices(): ScriptServices {
  return {};
}
