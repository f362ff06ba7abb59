import type { ColumnType } from '../types.ts';
import { dateText, momentOf, timeText } from './calendar.ts';
import { codesOf, dayNames, formatMoment, formatPieces, monthNames, parseMoment } from './date-format.ts';
import { isoWeekday } from './calendar.ts';
import { argumentMismatch, arityMessage, fits, overloads, TypeMismatch, type Argument, type FunctionSpec } from './spec.ts';

const quoted = (text: unknown): string => `'${String(text).replaceAll("'", "''")}'`;
const help = 'Codes: %Y year, %m month, %d day, %H hour, %M minute, %S second, %b month name; see the help.';

/** @throws TypeMismatch where a format is no fixed text or has codes that mean nothing here */
function checkFormat(name: string, argument: Argument | undefined, index: number, use: 'write' | 'read'): ReadonlySet<string> {
  if (typeof argument?.constant !== 'string') throw new TypeMismatch(`${name} needs its format as a fixed text.`, index, "Write the format in single quotes, such as '%d.%m.%Y'.");
  const pieces = formatPieces(argument.constant, use);
  if (typeof pieces === 'string') throw new TypeMismatch(pieces, index, help);
  const codes = codesOf(pieces);
  if (codes.size === 0) throw new TypeMismatch(`The format “${argument.constant}” has no codes.`, index, help);
  return codes;
}

function parsing(name: string, to: 'date' | 'time' | 'timestamp', summary: string, example: string): FunctionSpec {
  return {
    name,
    summary,
    signature: `${name}(text, 'format', …) → ${to === 'timestamp' ? 'date and time' : to}`,
    example,
    category: 'date and time',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      if (args.length < 2) throw new TypeMismatch(arityMessage(name, [2], args.length));
      if (args[0] && !fits(args[0], 'string')) throw argumentMismatch(name, 0, ['string'], args);
      for (let i = 1; i < args.length; i++) {
        const codes = checkFormat(name, args[i], i, 'read');
        if (to !== 'time' && !codes.has('Y') && !codes.has('y')) throw new TypeMismatch(`The format “${String(args[i]?.constant)}” has no year.`, i, 'Write %Y for a year of four digits, %y for one of two.');
        if (codes.has('p') && !codes.has('I')) throw new TypeMismatch('AM and PM (%p) need the hour of twelve (%I).', i, 'Write %I instead of %H.');
      }
      return { type: to, params: args.map(() => 'string' as const) };
    },
    duckdb: ([a], _types, [, ...formats]) => {
      const read = formats.map((format) => `try_strptime(${a}, ${quoted(String(format).replace(/%-/g, '%'))})`);
      return `${read.length === 1 ? read[0] : `coalesce(${read.join(', ')})`}::${to}`;
    },
    evaluate: ([a, ...formats]) => {
      for (const format of formats) {
        const moment = parseMoment(String(a), String(format));
        if (moment) return to === 'date' ? dateText(moment) : to === 'time' ? timeText(moment) : `${dateText(moment)} ${timeText(moment)}`;
      }
      return null;
    },
  };
}

function name(fn: string, summary: string, sql: string, names: readonly string[], of: (text: string) => number): FunctionSpec {
  return {
    name: fn,
    summary,
    signature: `${fn}(date) → text`,
    example: `${fn}(order_date)`,
    category: 'date and time',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads(fn, [[['date'], 'string'], [['timestamp'], 'string']]),
    duckdb: ([a]) => `${sql}(${a})`,
    evaluate: ([a]) => names[of(String(a))] ?? null,
  };
}

const writable: readonly ColumnType[] = ['date', 'timestamp'];

export const dateTextFunctions: readonly FunctionSpec[] = [
  parsing('parse_date', 'date', 'A date from text in a format; the first of several formats that fits counts; missing where none does.', "parse_date(ordered, '%d.%m.%Y', '%Y-%m-%d')"),
  parsing('parse_timestamp', 'timestamp', 'A date and time from text in a format; the first of several formats that fits counts; missing where none does.', "parse_timestamp(logged, '%d/%m/%Y %H:%M:%S')"),
  parsing('parse_time', 'time', 'A time of day from text in a format; the first of several formats that fits counts; missing where none does.', "parse_time(opens, '%I:%M %p')"),
  {
    name: 'format_date',
    summary: 'A date as text in a format: %Y year, %m month, %d day, %H %M %S time, %B %b month, %A %a day names, %V ISO week, %j day of the year; %-d and so on without zeros.',
    signature: "format_date(date, 'format') → text",
    example: "format_date(order_date, '%-d %B %Y')",
    category: 'date and time',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      if (args.length !== 2) throw new TypeMismatch(arityMessage('format_date', [2], args.length));
      const type = writable.find((each) => args[0] !== undefined && fits(args[0], each));
      if (type === undefined) throw argumentMismatch('format_date', 0, writable, args);
      checkFormat('format_date', args[1], 1, 'write');
      return { type: 'string', params: [type, 'string'] };
    },
    duckdb: ([a], _types, [, format]) => `strftime(${a}, ${quoted(format)})`,
    evaluate: ([a, format]) => formatMoment(momentOf(String(a)), String(format)),
  },
  name('day_name', 'The name of the day of the week, in English: Monday to Sunday.', 'dayname', dayNames, (text) => isoWeekday(momentOf(text)) - 1),
  name('month_name', 'The name of the month, in English: January to December.', 'monthname', monthNames, (text) => momentOf(text).month - 1),
];
