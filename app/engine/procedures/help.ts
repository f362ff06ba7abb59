import { describeDocument } from '../description/describe-document.ts';
import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

const never = new AbortController().signal;

/** What the app tells people about their pipelines. */
export function helpProcedures(os: Implementer, engine: Engine) {
  return {
    describe: os.help.describe.handler(async ({ input, signal = never }) => structuredClone(await describeDocument(engine, input.document, signal)) as never),
  };
}
