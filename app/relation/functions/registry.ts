import { arithmeticFunctions } from './arithmetic.ts';
import { comparisonFunctions } from './comparison.ts';
import { dateFunctions } from './dates.ts';
import { hashFunctions } from './hash.ts';
import { jsonFunctions } from './json.ts';
import { logicFunctions } from './logic.ts';
import { mathFunctions } from './math.ts';
import { missingFunctions } from './missing.ts';
import { patternFunctions } from './pattern.ts';
import type { FunctionSpec } from './spec.ts';
import { textFunctions } from './text.ts';

/** Every function of the expression language by its name in the IR. */
export const functionRegistry: ReadonlyMap<string, FunctionSpec> = new Map(
  [
    ...comparisonFunctions,
    ...logicFunctions,
    ...missingFunctions,
    ...arithmeticFunctions,
    ...mathFunctions,
    ...textFunctions,
    ...patternFunctions,
    ...dateFunctions,
    ...jsonFunctions,
    ...hashFunctions,
  ].map((spec) => [spec.name, spec]),
);

/** Other spellings that people bring with them, and what the database's parser makes of operators. */
export const functionAliases: ReadonlyMap<string, string> = new Map([
  ['+', 'add'],
  ['*', 'multiply'],
  ['/', 'divide'],
  ['//', 'integer_divide'],
  ['%', 'mod'],
  ['^', 'power'],
  ['**', 'power'],
  ['||', 'concat_operator'],
  ['~~', 'like'],
  ['!~~', 'not_like'],
  ['~~*', 'ilike'],
  ['!~~*', 'not_ilike'],
  ['^@', 'starts_with'],
  ['@', 'abs'],
  ['ifnull', 'if_null'],
  ['nvl', 'if_null'],
  ['len', 'length'],
  ['char_length', 'length'],
  ['character_length', 'length'],
  ['strlen', 'length'],
  ['lcase', 'lower'],
  ['ucase', 'upper'],
  ['substr', 'substring'],
  ['strpos', 'position'],
  ['instr', 'position'],
  ['prefix', 'starts_with'],
  ['suffix', 'ends_with'],
  ['pow', 'power'],
  ['ceiling', 'ceil'],
  ['log', 'log10'],
  ['fmod', 'mod'],
  ['datediff', 'date_diff'],
  ['datetrunc', 'date_trunc'],
  ['dateadd', 'date_add'],
  ['dayofmonth', 'day'],
  ['dayofyear', 'day_of_year'],
  ['doy', 'day_of_year'],
  ['isodow', 'weekday'],
  ['weekofyear', 'week'],
  ['json_value', 'json_text'],
  ['json_extract_string', 'json_text'],
  ['json_array_length', 'json_length'],
  ['json_valid', 'is_json'],
]);

/** The function a name or operator stands for, or null. Names are not case-sensitive. */
export function findFunction(name: string): FunctionSpec | null {
  const lower = name.toLowerCase();
  return functionRegistry.get(functionAliases.get(lower) ?? lower) ?? null;
}
