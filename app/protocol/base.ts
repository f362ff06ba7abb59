import { oc } from '@orpc/contract';
import { diagnosticSchema } from './schema.ts';

/** Every procedure fails with a Diagnostic as `data`. */
export const base = oc.errors({ DIAGNOSTIC: { data: diagnosticSchema } });
