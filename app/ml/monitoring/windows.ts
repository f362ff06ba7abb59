import type { Column, Relation, Schema } from '#app/relation/types.ts';
import { ask, quoteColumn, toNumber, type Asked } from '#app/sdk/analysis.ts';
import { PenstockError } from '#app/core/errors.ts';

export const windowUnits = ['auto', 'hour', 'day', 'week', 'month'] as const;
export type WindowUnit = (typeof windowUnits)[number];

/** Windows of a table that are told apart; older ones are left out. */
export const mostWindows = 200;
/** Without a time the rows, as they come, are so many equal parts. */
const parts = 10;

/** SQL over `t` of the window that a row is in, as text that sorts by time. Null where the time is missing. */
export async function windowSql(tables: Asked, relation: Relation, time: Column | null, unit: WindowUnit): Promise<string> {
  if (time === null) {
    const [[rows] = []] = await ask(tables, relation, 'select count(*) from t', ['integer']);
    return `printf('%02d', least(${parts}, 1 + ((row_number() over () - 1) * ${parts}) // ${Math.max(1, toNumber(rows))}))`;
  }
  const column = `${quoteColumn(time.name)}::timestamp`;
  let chosen = unit;
  if (unit === 'auto') {
    const [[days] = []] = await ask(tables, relation, `select date_diff('hour', min(${column}), max(${column})) / 24.0::double from t`, ['float']);
    const span = toNumber(days);
    chosen = !(span > 3) ? 'hour' : span <= 60 ? 'day' : span <= 400 ? 'week' : 'month';
  }
  return `strftime(date_trunc('${chosen}', ${column}), '${chosen === 'hour' ? '%Y-%m-%d %H:00' : chosen === 'month' ? '%Y-%m' : '%Y-%m-%d'}')`;
}

/** @throws PenstockError `unknown-column`. */
export function columnAt(schema: Schema, name: string, param: string): Column {
  const found = schema.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new PenstockError('unknown-column', `There is no column “${name}” in the table.`, { remedy: 'Choose the column again.', place: { param: [param], column: name } });
}

/** The upper `share` point of the standard normal, by bisection on the tail. */
export function normalUpper(share: number, tail: (z: number) => number): number {
  let [low, high] = [-10, 10];
  for (let round = 0; round < 80; round++) {
    const middle = (low + high) / 2;
    if (tail(middle) > share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
