import { call, col, lit, named, when } from '#app/relation/build.ts';
import { atParam, nameKey, RelationError, schemaOf, typeOf, typeTitles, withColumns } from '#app/relation/index.ts';
import type { Expr, NamedExpr, Schema } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { endsText, needsSearch } from './operations.ts';
import type { TextOperation, TextParams } from './node.ts';

export const relation: RelationFn<TextParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  const added: NamedExpr[] = [];
  for (const name of new Set(params.columns)) {
    const type = atParam(['columns'], () => typeOf(col(name), schema));
    if (type !== 'string') throw new RelationError('type-mismatch', `“${name}” is ${typeTitles[type]}, not text.`, { remedy: 'Choose another column, or make text of it with Select Columns.', place: { param: ['columns'], column: name } });
    const value = params.operations.reduce((text, operation, i) => applied(text, operation, i, schema), col(name));
    const target = `${name}${params.suffix}`;
    if (params.operations.length > 0) add(added, target, value, schema, params.suffix !== '');
    if (!params.splits || params.split === '' || typeOf(value, schema) !== 'string') continue;
    for (let part = 1; part <= params.parts; part++) add(added, `${target}_${part}`, piece(value, params, part), schema, true);
  }
  return withColumns(input, added);
};

function add(added: NamedExpr[], name: string, expr: Expr, schema: Schema, fresh: boolean): void {
  const clash = added.some((each) => nameKey(each.name) === nameKey(name)) || (fresh && schema.some((each) => nameKey(each.name) === nameKey(name)));
  if (clash) throw new RelationError('duplicate-column', `There would be two columns “${name}”.`, { remedy: 'Choose another suffix, or rename the column that is there.', place: { param: ['suffix'], column: name } });
  added.push(named(name, expr));
}

/** Missing where there are not so many parts. */
function piece(value: Expr, { split, parts, rest }: TextParams, part: number): Expr {
  const has = call('greater_than_or_equal', call('occurrences', value, lit(split)), lit(part - 1));
  const cut = (place: number): Expr => call('split_part', value, lit(split), lit(place));
  if (!rest || part < parts) return when([{ when: has, then: cut(part) }]);
  // What comes behind the parts before it and their separators.
  const before = Array.from({ length: part - 1 }, (_, i) => call('length', cut(i + 1))).reduce((sum, length) => call('add', sum, length));
  return when([{ when: has, then: call('substring', value, call('add', before, lit((part - 1) * [...split].length + 1))) }]);
}

/** Classes of signs. The no-break space stands as itself: patterns have no code for it that all backends know. */
const kinds = { punctuation: '[\\p{P}\\p{S}]', digits: '\\p{Nd}', letters: '\\p{L}', blanks: '[ \\t\\n\\r\\f\u00a0]' } as const;

function applied(text: Expr, operation: TextOperation, i: number, schema: Schema): Expr {
  // Unfinished operations, and what comes after a number, are left out; configure says so.
  if ((needsSearch(operation.do) && operation.search === '') || (operation.do === 'pad' && operation.fill === '') || typeOf(text, schema) !== 'string') return text;
  const expr = build(text, operation);
  atParam(['operations', i, endsText(operation.do) || needsSearch(operation.do) ? 'search' : 'do'], () => typeOf(expr, schema));
  return expr;
}

function build(text: Expr, { do: name, signs, search, replacement, group, part, start, length, side, fill, anyCase }: TextOperation): Expr {
  const pattern = lit(anyCase ? `(?i)${search}` : search);
  const folded = (each: Expr): Expr => (anyCase ? call('lower', each) : each);
  switch (name) {
    case 'trim':
      return call('trim', text);
    case 'spaces':
      return call('normalize_spaces', text);
    case 'lower':
    case 'upper':
      return call(name, text);
    case 'title':
      return call('title_case', text);
    case 'accents':
      return call('strip_accents', text);
    case 'remove':
      return call('regexp_replace', text, lit(kinds[signs]), lit(''));
    case 'replace':
      return call('replace', text, lit(search), lit(replacement));
    case 'regex':
      return call('regexp_replace', text, pattern, lit(replacement));
    case 'extract':
      return call('regexp_extract', text, pattern, lit(group));
    case 'part':
      return call('split_part', text, lit(search), lit(part));
    case 'slice':
      return call('substring', text, lit(start), lit(length));
    case 'pad':
      // A text that is longer already is not cut.
      return when([{ when: call('less_than', call('length', text), lit(length)), then: call(side === 'left' ? 'lpad' : 'rpad', text, lit(length), lit(fill)) }], text);
    case 'empty':
      return call('nullif', text, lit(''));
    case 'length':
      return call('length', text);
    case 'contains':
      return call('contains', folded(text), folded(lit(search)));
    case 'count':
      return call('occurrences', folded(text), folded(lit(search)));
  }
}
