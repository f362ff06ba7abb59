export { exprToDuckDb } from './expression.ts';
export { duckdbTypes, quoteName, quoteText } from './literal.ts';
export { toDuckDb } from './relation.ts';
