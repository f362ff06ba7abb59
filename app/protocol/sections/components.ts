import { z } from 'zod';
import { nodeSchema } from '#app/pipeline/document.ts';
import { componentSchema } from '#app/pipeline/subflow/component.ts';
import { base } from '../base.ts';
import { diagnosticSchema } from '../schema.ts';
import { trashedAnswer } from './trash.ts';

/** Subflows kept in the project, for use in any of its pipelines. */
export const componentsContract = {
  list: base.output(z.object({ components: z.array(componentSchema), problems: z.array(diagnosticSchema) })),
  create: base.input(z.object({ title: z.string(), node: nodeSchema, note: z.string().max(2000) })).output(componentSchema),
  /** `base`: the version that the use was made from; refused as `component-newer` where another came since. */
  publish: base.input(z.object({ id: z.string(), base: z.int(), node: nodeSchema, note: z.string().max(2000) })).output(componentSchema),
  rename: base.input(z.object({ id: z.string(), title: z.string() })).output(componentSchema),
  remove: base.input(z.object({ id: z.string() })).output(trashedAnswer),
};
