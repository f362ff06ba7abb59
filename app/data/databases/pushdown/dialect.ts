import type { ColumnType } from '#app/relation/types.ts';
import type { OutsideColumn, SqlValue } from '../types.ts';

/**
 * How conditions are written for one database, so that they mean exactly what they mean here. Where that cannot be promised a member
 * gives null, and the condition is applied after reading.
 */
export interface Dialect {
  quote(name: string): string;
  /** The place of the n-th parameter (from 1), as a value of this type. */
  placeholder(index: number, type: ColumnType): string;
  /** A constant as it is sent. */
  value(value: boolean | number | string, type: ColumnType): SqlValue;
  /** A column as the value that reading it gives, for use in conditions. */
  column(column: OutsideColumn): string | null;
  /** A whole number as a floating-point one. */
  toFloat(sql: string): string;
  /** `=` on texts, letter by letter. Each call of an operand writes it once, in the order of the text: parameters count by place. */
  textEquals(a: () => string, b: () => string): string;
  /** Text in the order of code points. */
  textOrder(sql: string): string | null;
  /** LIKE, letter by letter; null where this pattern means something else there. */
  like(sql: string, pattern: string, place: (value: string) => string): string | null;
  startsWith(sql: string, start: string, place: (value: string) => string): string;
}
