import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Long enough for small tables to be looked at; what takes longer is asked for again. */
const wait = 300;
const never = new AbortController().signal;

/** What is suspicious in a pipeline, with the edits that mend it. */
export function lintProcedures(os: Implementer, engine: Engine) {
  return {
    leaks: os.lint.leaks.handler(async ({ input, signal = never }) => {
      const found = await engine.leaks.findWithin(await engine.analyse(input.document, signal), wait);
      return structuredClone(found) as never;
    }),
  };
}
