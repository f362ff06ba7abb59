import { isCancelled, toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import type { Database } from '#app/data/index.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { withParses, type ExpressionParsing } from '#app/pipeline/with-parses.ts';
import { col, limit, named, project } from '#app/relation/build.ts';
import { columnsOf, schemaOf, typeOf } from '#app/relation/index.ts';
import type { Expr, Relation, Schema } from '#app/relation/types.ts';
import type { RelationServices } from '#app/sdk/node.ts';
import type { Analysis } from './analysis/analyse.ts';
import type { DataAccess } from './data-access.ts';

export interface PreviewRequest {
  readonly document: PipelineDocument;
  readonly nodeId: string;
  readonly from: string | null;
  readonly text: string;
  readonly earlier: readonly { readonly name: string; readonly expression: string }[];
}

export interface PreviewAnswer {
  readonly type: string | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (null | boolean | number | string)[])[] | null;
  readonly counts: { readonly rows: number; readonly missing: number; readonly yes: number | null } | null;
}

/** Rows of the input that are looked at. */
const looked = 200;
/** Rows that come back. */
const shown = 20;
const longestText = 200;

const nothing: PreviewAnswer = { type: null, diagnostics: [], columns: [], rows: null, counts: null };

/**
 * What an expression gives for the first rows of a node's input, as it is typed. Wrong text is a diagnostic, not an error; an input
 * that has no rows to look at yet (something before it has to run first) gives the type alone.
 */
export async function previewExpression(
  request: PreviewRequest,
  context: { readonly analysis: Analysis; readonly data: DataAccess; readonly database: Database; readonly building: { readonly services: RelationServices; readonly parsing: ExpressionParsing } },
  signal: AbortSignal,
): Promise<PreviewAnswer> {
  if (request.text.trim() === '') return nothing;
  const { analysis, data, database } = context;
  const node = analysis.nodes.get(request.nodeId);
  const port = request.from ?? node?.type?.definition.inputs.find((one) => one.kind === 'table')?.name ?? '';
  const source = node?.inputs[port]?.[0];
  const meta = source === undefined ? undefined : analysis.nodes.get(source.nodeId)?.configuration.outputs[source.port];
  const schema = meta?.kind === 'table' ? meta.schema : null;
  if (source === undefined || schema === null) return nothing;

  const parse = (text: string, over: Schema): Promise<Expr> => withParses(context.building.parsing, () => context.building.services.parse(text, over, []));
  let extended: Relation = { op: 'scan', source: { kind: 'values', rows: [] }, schema, label: 'input' };
  let expression: Expr;
  const steps: { name: string; expr: Expr }[] = [];
  try {
    for (const { name, expression: text } of request.earlier) {
      if (name === '' || text.trim() === '') continue;
      const expr = await parse(text, schemaOf(extended));
      steps.push({ name, expr });
      extended = withColumn(extended, name, expr);
    }
    expression = await parse(request.text, schemaOf(extended));
  } catch (error) {
    if (isCancelled(error)) throw error;
    return { ...nothing, diagnostics: [toDiagnostic(error)] };
  }
  const over = schemaOf(extended);
  const type = typeOf(expression, over);
  const columns = [...new Set(columnsOf(expression))].slice(0, 6);

  let input: Relation;
  try {
    const table = await data.table({ document: request.document, nodeId: source.nodeId, port: source.port, filter: '' }, signal);
    input = limit(table.relation, looked);
    for (const step of steps) input = withColumn(input, step.name, step.expr);
  } catch (error) {
    if (isCancelled(error)) throw error;
    // The table view says what has to run first; here only the rows are missing.
    return { type, diagnostics: [], columns, rows: null, counts: null };
  }
  try {
    const result = project(input, [...columns.map((name, i) => named(`c${i}`, col(name))), named('result', expression)]);
    const { rows } = await database.rows(result, looked, signal);
    const results = rows.map((row) => row.at(-1) ?? null);
    return {
      type,
      diagnostics: [],
      columns,
      rows: rows.slice(0, shown).map((row) => row.map((cell) => (typeof cell === 'string' && cell.length > longestText ? `${cell.slice(0, longestText)}…` : cell))),
      counts: { rows: rows.length, missing: results.filter((one) => one === null).length, yes: type === 'boolean' ? results.filter((one) => one === true).length : null },
    };
  } catch (error) {
    if (isCancelled(error)) throw error;
    const failure = toDiagnostic(error);
    // A value among the first rows fails (a strict cast, an overflow): the text is right, the data are not.
    return { type, diagnostics: [{ ...failure, severity: 'warning' }], columns, rows: null, counts: null };
  }
}

/** The relation with a column added, or replaced where it is there. */
function withColumn(input: Relation, name: string, expr: Expr): Relation {
  const schema = schemaOf(input);
  const kept = schema.map((column) => named(column.name, column.name === name ? expr : col(column.name)));
  return project(input, schema.some((column) => column.name === name) ? kept : [...kept, named(name, expr)]);
}
