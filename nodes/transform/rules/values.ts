import { cast, lit } from '#app/relation/build.ts';
import { RelationError, typeOf, typeTitles } from '#app/relation/index.ts';
import type { ColumnType, Expr } from '#app/relation/types.ts';

/** A typed text as a value of a type, or null where it is none. Nothing typed is a missing value. */
function valueOf(text: string, type: ColumnType): Expr | null {
  const trimmed = text.trim();
  if (trimmed === '') return lit(null, type);
  switch (type) {
    case 'string':
      return lit(text);
    case 'boolean':
      return /^(true|false)$/i.test(trimmed) ? lit(trimmed.toLowerCase() === 'true') : null;
    case 'integer':
      if (!/^[+-]?\d{1,18}$/.test(trimmed)) return null;
      return Number.isSafeInteger(Number(trimmed)) ? lit(Number(trimmed), 'integer') : cast(lit(trimmed.replace(/^\+/, '')), 'integer');
    case 'float':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? lit(Number(trimmed), 'float') : null;
    case 'date':
    case 'time':
    case 'timestamp':
      return isLiteral(trimmed, type) ? lit(trimmed, type) : null;
    case 'binary':
      return null;
  }
}

function isLiteral(text: string, type: ColumnType): boolean {
  try {
    typeOf(lit(text, type), []);
    return true;
  } catch {
    return false;
  }
}

/** The narrowest type that all texts can be read as; text where there are none. */
export function typeOfValues(texts: readonly string[]): ColumnType {
  if (texts.length === 0) return 'string';
  return (['boolean', 'integer', 'float', 'date', 'timestamp'] as const).find((type) => texts.every((text) => valueOf(text, type) !== null)) ?? 'string';
}

/** @throws RelationError bad-value */
export function typedValue(text: string, type: ColumnType, title: string): Expr {
  const value = valueOf(text, type);
  if (value) return value;
  throw new RelationError('bad-value', `“${text}” (${title}) is not ${typeTitles[type]}.`, { remedy: 'Write another value, or choose another type.' });
}
