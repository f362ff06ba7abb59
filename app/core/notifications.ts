import { z } from 'zod';

/** Where people are told what ran, failed or is in alarm; kept in the project without secrets. */

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'letters, digits, hyphens and underscores, at most 63');

export const channelSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('webhook'),
    name,
    url: z.url({ protocol: /^https?$/ }).max(2000),
    /** With the secret stored for it, as Standard Webhooks has it. */
    signed: z.boolean().default(false),
    /** Also to link-local addresses, where clouds keep their machines' credentials. */
    allowLinkLocal: z.boolean().default(false),
    /** Hears of every alarm of the project's monitors. */
    alarms: z.boolean().default(true),
  }),
  z.object({
    kind: z.literal('email'),
    name,
    host: z.string().trim().min(1).max(255),
    port: z.int().min(1).max(65_535).default(587),
    /** `tls`: from the first byte; `starttls`: asked for, and refused without; `none`: in the clear. */
    security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
    /** Empty: no password is sent. */
    user: z.string().max(255).default(''),
    from: z.string().trim().min(3).max(320),
    to: z.array(z.string().trim().min(3).max(320)).min(1).max(50),
    alarms: z.boolean().default(true),
  }),
  z.object({ kind: z.literal('desktop'), name, alarms: z.boolean().default(true) }),
]);
export type Channel = z.output<typeof channelSchema>;

export const channelsFileSchema = z.object({ version: z.literal(1), channels: z.array(channelSchema).max(50) });

/** One thing that people are told. */
export const noticeSchema = z.object({
  id: z.string(),
  /** Unix ms. */
  at: z.number(),
  event: z.enum(['failure', 'recovery', 'success', 'alarm', 'test', 'digest']),
  title: z.string(),
  message: z.string(),
  automationId: z.string().nullable(),
  runId: z.string().nullable(),
});
export type Notice = z.output<typeof noticeSchema>;
