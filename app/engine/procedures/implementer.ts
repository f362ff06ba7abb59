import { implement } from '@orpc/server';
import { contract } from '#app/protocol/contract.ts';

/** What procedures are made with; `createRouter` hands on one that turns errors into diagnostics. */
export type Implementer = ReturnType<typeof implement<typeof contract>>;
