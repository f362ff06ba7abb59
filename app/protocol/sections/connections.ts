import { z } from 'zod';
import { connectionSchema } from '#app/sdk/databases.ts';
import { base } from '../base.ts';
import { diagnosticSchema } from '../schema.ts';

const columnType = z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']);
/** Travels from the form to the engine only, and is answered by nothing. */
const password = z.string().max(10_000).nullable();
const name = z.string().max(63);

/** Database connections of the project. No answer holds a password. */
export const connectionsContract = {
  list: base.output(
    z.array(
      z.object({
        connection: connectionSchema,
        /** Where its password comes from. */
        secret: z.enum(['environment', 'file', 'none']),
        /** The environment variable that may hold it. */
        variable: z.string(),
      }),
    ),
  ),
  /** Adds or changes one. `password` null: as it is; '': forgotten. `previous`: the name it had. */
  save: base.input(z.object({ connection: connectionSchema, password, previous: name.nullable().default(null) })).output(z.object({})),
  remove: base.input(z.object({ name })).output(z.object({})),
  /** Tries a connection as it is in the form. `password` null: the stored one. */
  test: base
    .input(z.object({ connection: connectionSchema, password }))
    .output(z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), version: z.string(), ms: z.number() }), z.object({ ok: z.literal(false), diagnostic: diagnosticSchema })])),
  tables: base.input(z.object({ name })).output(z.array(z.object({ schema: z.string(), name: z.string(), kind: z.enum(['table', 'view']), rows: z.number().nullable() }))),
  columns: base
    .input(z.object({ name, schema: z.string().max(255), table: z.string().max(255) }))
    .output(z.array(z.object({ name: z.string(), type: columnType, sourceType: z.string(), note: z.string().optional() }))),
};
