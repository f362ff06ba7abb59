import { arithmeticFunctions } from './arithmetic.ts';
import { comparisonFunctions } from './comparison.ts';
import { moreDateFunctions } from './date-more.ts';
import { dateTextFunctions } from './date-text.ts';
import { dateFunctions } from './dates.ts';
import { hashFunctions } from './hash.ts';
import { interpolateFunctions } from './interpolate.ts';
import { jsonFunctions } from './json.ts';
import { logicFunctions } from './logic.ts';
import { lookupFunctions } from './lookup.ts';
import { mathFunctions } from './math.ts';
import { missingFunctions } from './missing.ts';
import { numberTextFunctions } from './numbers-as-text.ts';
import { patternFunctions } from './pattern.ts';
import { scaleFunctions } from './scales.ts';
import { similarityFunctions } from './similarity.ts';
import type { FunctionSpec } from './spec.ts';
import { textShapeFunctions } from './text-shape.ts';
import { textFunctions } from './text.ts';
import { trigonometryFunctions } from './trigonometry.ts';

/** Every function of the expression language by its name in the IR. */
export const functionRegistry: ReadonlyMap<string, FunctionSpec> = new Map(
  [
    ...comparisonFunctions,
    ...logicFunctions,
    ...missingFunctions,
    ...arithmeticFunctions,
    ...mathFunctions,
    ...scaleFunctions,
    ...trigonometryFunctions,
    ...textFunctions,
    ...textShapeFunctions,
    ...similarityFunctions,
    ...patternFunctions,
    ...dateFunctions,
    ...moreDateFunctions,
    ...dateTextFunctions,
    ...numberTextFunctions,
    ...jsonFunctions,
    ...hashFunctions,
    ...lookupFunctions,
    ...interpolateFunctions,
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
  ['iso_week', 'week'],
  ['day_of_week', 'weekday'],
  ['dayname', 'day_name'],
  ['monthname', 'month_name'],
  ['isoyear', 'iso_year'],
  ['datesub', 'full_units'],
  ['end_of_month', 'last_day'],
  ['eomonth', 'last_day'],
  ['to_date', 'parse_date'],
  ['str_to_date', 'parse_date'],
  ['strptime', 'parse_timestamp'],
  ['try_strptime', 'parse_timestamp'],
  ['to_timestamp', 'parse_timestamp'],
  ['strftime', 'format_date'],
  ['date_format', 'format_date'],
  ['date_from_parts', 'make_date'],
  ['unix_timestamp', 'epoch'],
  ['from_unixtime', 'from_epoch'],
  ['to_number', 'parse_number'],
  ['truncate', 'trunc'],
  ['mround', 'round_to'],
  ['initcap', 'title_case'],
  ['proper', 'title_case'],
  ['pad_left', 'lpad'],
  ['pad_right', 'rpad'],
  ['remove_accents', 'strip_accents'],
  ['unaccent', 'strip_accents'],
  ['squish', 'normalize_spaces'],
  ['edit_distance', 'levenshtein'],
  ['jaro_winkler_similarity', 'jaro_winkler'],
  ['regexp_like', 'regexp_matches'],
  ['regexp_substr', 'regexp_extract'],
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
