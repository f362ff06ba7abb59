import { z } from 'zod';
import { serverSettingsSchema, serverStatusSchema, tokenScopes } from '#app/core/serving.ts';
import { base } from '../base.ts';

const name = z.string().max(63);

export const serverInfoSchema = z.object({
  name: z.string(),
  /** Null where the file of settings is damaged; `problem` says how. */
  settings: serverSettingsSchema.nullable(),
  state: z.enum(['running', 'starting', 'stopped', 'failed']),
  url: z.string().nullable(),
  startedAt: z.number().nullable(),
  startedBy: z.enum(['app', 'cli']).nullable(),
  problem: z.string().nullable(),
});

export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(tokenScopes)),
  createdAt: z.number(),
  createdBy: z.string(),
  expiresAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
});

const asked = z.object({ server: name, model: name, records: z.array(z.record(z.string(), z.unknown())).max(1000) });
const answered = z.object({ status: z.number(), answer: z.unknown(), ms: z.number() });

/** Model servers of the project. No answer holds a token but that of the call which makes one. */
export const servingContract = {
  list: base.output(z.array(serverInfoSchema)),
  status: base.input(z.object({ name })).output(serverStatusSchema.nullable()),
  start: base.input(z.object({ settings: serverSettingsSchema })).output(serverInfoSchema),
  startAgain: base.input(z.object({ name })).output(serverInfoSchema),
  stop: base.input(z.object({ name })).output(z.object({})),
  restart: base.input(z.object({ name })).output(serverInfoSchema),
  change: base.input(z.object({ settings: serverSettingsSchema })).output(serverInfoSchema),
  remove: base.input(z.object({ name })).output(z.object({})),
  predict: base.input(asked).output(answered),
  explain: base.input(asked).output(answered),
  tokens: base.output(z.array(tokenSchema)),
  createToken: base.input(z.object({ name: z.string().max(80), scopes: z.array(z.enum(tokenScopes)), expiresAt: z.number().nullable() })).output(z.object({ token: z.string(), record: tokenSchema })),
  revokeToken: base.input(z.object({ id: z.string().max(64) })).output(z.object({})),
};
