import { RelationError } from '../error.ts';
import type { ColumnType, Expr, Span } from '../types.ts';
import type { SourceText } from './text-positions.ts';
import type { TreeNode } from './tree.ts';

interface SqlType {
  readonly id?: unknown;
  readonly type_info?: { readonly scale?: unknown } | null;
}

const sqlTypes: Readonly<Record<string, ColumnType>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'integer',
  SMALLINT: 'integer',
  INTEGER: 'integer',
  BIGINT: 'integer',
  UTINYINT: 'integer',
  USMALLINT: 'integer',
  UINTEGER: 'integer',
  FLOAT: 'float',
  DOUBLE: 'float',
  DECIMAL: 'float',
  VARCHAR: 'string',
  CHAR: 'string',
  DATE: 'date',
  TIME: 'time',
  TIMESTAMP: 'timestamp',
  BLOB: 'binary',
};

/** Words the parser leaves unresolved (`cast(x as integer64)`), as people write them. */
const typeWords: Readonly<Record<string, ColumnType>> = { string: 'string', text: 'string', float: 'float', number: 'float', datetime: 'timestamp', binary: 'binary' };

/** The logical type that a type in a cast means. @throws RelationError unknown-type */
export function castTarget(value: unknown, span: Span | undefined): ColumnType {
  const { id, type_info: info } = (value ?? {}) as { id?: unknown; type_info?: { name?: unknown } | null };
  const unresolved = typeof info?.name === 'string' ? typeWords[info.name.toLowerCase()] : undefined;
  const type = typeof id === 'string' ? (sqlTypes[id] ?? unresolved) : undefined;
  if (type) return type;
  const name = typeof info?.name === 'string' ? info.name : String(id).toLowerCase();
  throw new RelationError('unknown-type', `There is no column type “${name}”.`, {
    remedy: 'Use boolean, integer, double, text, date, time or timestamp.',
    place: span ? { span } : {},
  });
}

/** A constant of the tree. Numbers are read from the typed text, because JSON has lost their last digits. @throws RelationError */
export function constantExpr(node: TreeNode, source: SourceText, start: number | null): Expr {
  const value = (node['value'] ?? {}) as { type?: SqlType; is_null?: unknown; value?: unknown };
  const id = String(value.type?.id);
  const span = start === null ? undefined : { start, end: source.tokenEnd(start) };
  const at = span ? { span } : {};
  if (value.is_null === true || id === 'NULL') return { op: 'lit', value: null, type: 'string', ...at };
  switch (id) {
    case 'BOOLEAN':
      return { op: 'lit', value: value.value === true, type: 'boolean', ...at };
    case 'VARCHAR':
      return { op: 'lit', value: String(value.value), type: 'string', ...at };
    case 'INTEGER':
    case 'BIGINT':
      return integer(numberText(source, span) ?? String(value.value), at);
    case 'HUGEINT':
    case 'UHUGEINT': {
      const text = numberText(source, span);
      if (text === null) throw new RelationError('number-too-large', 'This number is too large.', { place: at });
      return float(Number(text), at);
    }
    case 'DECIMAL': {
      const scale = Number(value.type?.type_info?.scale ?? 0);
      return float(Number(numberText(source, span) ?? Number(value.value) / 10 ** scale), at);
    }
    case 'DOUBLE':
    case 'FLOAT':
      return float(Number(numberText(source, span) ?? value.value), at);
    default:
      throw new RelationError('unsupported-constant', `Constants of type ${id.toLowerCase()} cannot be used here.`, { place: at });
  }
}

function numberText(source: SourceText, span: Span | undefined): string | null {
  if (!span) return null;
  const text = source.text.slice(span.start, span.end).replace(/[\s_]/g, '');
  return text !== '' && Number.isFinite(Number(text)) ? text : null;
}

/** Beyond 2⁵³ a number in JSON is not exact, so the digits travel as text. */
function integer(text: string, at: { span?: Span }): Expr {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return { op: 'lit', value: number === 0 ? 0 : number, type: 'integer', ...at };
  return { op: 'cast', to: 'integer', arg: { op: 'lit', value: text, type: 'string', ...at }, onError: 'fail', ...at };
}

const float = (value: number, at: { span?: Span }): Expr => ({ op: 'lit', value, type: 'float', ...at });
