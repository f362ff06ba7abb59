/** The relational IR: types, schema inference, the expression language, lineage, and the emitter to DuckDB. */
export { aggregateTitles, aggregateType } from './measures.ts';
export { canCast, commonType, isNumeric, nameKey, typeTitles } from './column-types.ts';
export { RelationError } from './error.ts';
export { bindExpression } from './expression/bind.ts';
export { createParser } from './expression/parser.ts';
export { expressionPrefix } from './expression/text-positions.ts';
export { exprToDuckDb, toDuckDb } from './emitters/duckdb/index.ts';
export { emitFeatures, isOnnxable } from './emitters/onnx/index.ts';
export { functionRegistry } from './functions/registry.ts';
export type { FunctionSpec } from './functions/spec.ts';
export { joinColumns } from './join-columns.ts';
export { columnsOf, lineageOf } from './lineage.ts';
export { didYouMean, nearMiss } from './near-miss.ts';
export { NeedsParse } from './needs-parse.ts';
export { isRowWise } from './row-wise.ts';
export { schemaOf } from './schema.ts';
export { typeOf, unknownColumn } from './typing.ts';
export type * from './types.ts';
