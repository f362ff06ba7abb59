import { z } from 'zod';
import { packNodeSchema } from '#app/sdk/pack-node.ts';
import { base } from '../base.ts';
import { diagnosticSchema } from '../schema.ts';

const packFactsSchema = z.object({
  name: z.string(),
  version: z.string(),
  title: z.string(),
  publisher: z.string(),
  summary: z.string(),
  licence: z.string(),
  sha256: z.string(),
  fingerprint: z.string(),
  nodes: z.array(z.object({ type: z.string(), title: z.string(), summary: z.string() })),
});
export type PackFacts = z.output<typeof packFactsSchema>;

export const packListSchema = z.object({
  /** Packs that the project names, as they were loaded when it was opened; `nodes` are what the page makes definitions of. */
  project: z.array(z.object({ name: z.string(), version: z.string(), publisher: z.string(), fingerprint: z.string(), problem: diagnosticSchema.nullable(), nodes: z.array(z.object({ node: packNodeSchema, icon: z.string(), help: z.string() })) })),
  /** Of the user, whatever the project names. */
  installed: z.array(z.object({ name: z.string(), version: z.string(), sha256: z.string(), publisher: z.string(), /** By the project, since it was opened perhaps. */ named: z.boolean() })),
  keys: z.array(z.object({ publisher: z.string(), fingerprint: z.string(), revoked: z.boolean() })),
});
export type PackList = z.output<typeof packListSchema>;

const content = z.instanceof(Blob);

/** Nodes from others. */
export const packsContract = {
  list: base.output(packListSchema),
  /** What a file is, without installing it. */
  inspect: base.input(z.object({ content })).output(z.object({ facts: packFactsSchema, key: z.enum(['trusted', 'unknown', 'revoked']) })),
  /** `trust`: the fingerprint of the pack's key, which the person has compared; null: the key is trusted already. */
  install: base.input(z.object({ content, trust: z.string().max(200).nullable(), downgrade: z.boolean().default(false) })).output(packFactsSchema),
  remove: base.input(z.object({ name: z.string().max(40) })).output(z.object({})),
  revokeKey: base.input(z.object({ fingerprint: z.string().max(200) })).output(z.object({})),
};
