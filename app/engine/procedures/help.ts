import { descriptionFacts } from '../description/describe-document.ts';
import { addSample, exampleOf, exampleTypes, listTemplates, templateOf } from '../samples/templates.ts';
import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

const never = new AbortController().signal;

/** What the app tells people about their pipelines. */
export function helpProcedures(os: Implementer, engine: Engine) {
  return {
    templates: os.help.templates.handler(async () => (await listTemplates(engine.resourcesDir)).map((template) => ({ ...template }))),
    begin: os.help.begin.handler(async ({ input }) => addSample(engine, 'template' in input ? await templateOf(engine.resourcesDir, input.template) : exampleOf(input.example))),
    examples: os.help.examples.handler(() => [...exampleTypes]),
    describe: os.help.describe.handler(async ({ input, signal = never }) => structuredClone(await descriptionFacts(engine, input.document, signal)) as never),
  };
}
