export { exprToDuckDb } from './expression.ts';
export { duckdbTypes, quoteName, quotePath, quoteText } from './literal.ts';
export { toDuckDb } from './relation.ts';
export { readParquet, sealedTableId, tableKeyOption } from './sealed-table.ts';
