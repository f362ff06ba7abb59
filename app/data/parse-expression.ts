import type { DuckDBConnection } from '@duckdb/node-api';
import { PenstockError } from '#app/core/errors.ts';

const prefix = 'select ';

/**
 * DuckDB's parse tree of `select TEXT`, as JSON; positions in it are byte offsets in that text. Nothing is evaluated.
 * @throws PenstockError `syntax` with a span (UTF-16 offsets in `text`).
 */
export async function parseExpressionText(connection: DuckDBConnection, text: string): Promise<unknown> {
  const result = await connection.runAndReadAll('select json_serialize_sql($1::varchar)', [prefix + text]);
  const tree: unknown = JSON.parse(String(result.getRows()[0]?.[0]));
  const fields = tree as { error?: unknown; error_message?: unknown; position?: unknown; statements?: unknown };
  if (fields.error === true) {
    const message = String(fields.error_message ?? 'syntax error');
    const empty = text.trim() === '';
    throw syntaxError(
      empty ? 'The expression is empty.' : `The expression cannot be read: ${message}.`,
      text,
      fields.position === undefined ? null : Number(fields.position),
      /at or near "(.*)"$/s.exec(message)?.[1]?.length ?? 1,
    );
  }
  if (!Array.isArray(fields.statements) || fields.statements.length !== 1) {
    throw syntaxError('One expression is expected here, not several statements.', text, null, 1);
  }
  return tree;
}

function syntaxError(message: string, text: string, position: number | null, length: number): PenstockError {
  const start = position === null ? 0 : characterOffset(text, position - prefix.length);
  const end = position === null ? text.length : Math.min(text.length, start + length);
  return new PenstockError('syntax', message, {
    remedy: 'Correct the expression at the marked place.',
    place: { span: { start: Math.min(start, end), end } },
  });
}

/** Code points → UTF-16 code units. (Positions of errors count code points; `query_location` in trees counts bytes.) */
function characterOffset(text: string, codePoints: number): number {
  return [...text].slice(0, Math.max(0, codePoints)).join('').length;
}
