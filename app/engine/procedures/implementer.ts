import { implement } from '@orpc/server';
import type { CallContext } from '#app/access/caller.ts';
import { contract } from '#app/protocol/contract.ts';

/** What procedures are made with; `createRouter` hands on one that turns errors into diagnostics. */
export type Implementer = ReturnType<typeof implement<typeof contract>>;

/** The same for procedures that ask who calls. */
const withContext = () => implement(contract).$context<CallContext>();
export type ContextImplementer = ReturnType<typeof withContext>;
