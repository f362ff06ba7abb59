import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

const never = new AbortController().signal;

/** What is suspicious in a pipeline, with the edits that mend it. */
export function lintProcedures(os: Implementer, engine: Engine) {
  return {
    leaks: os.lint.leaks.handler(async ({ input, signal = never }) => {
      const findings = await engine.leaks.find(await engine.analyse(input.document, signal), signal);
      return structuredClone({ findings }) as never;
    }),
  };
}
