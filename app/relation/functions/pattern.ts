import { overloads, TypeMismatch, type FunctionSpec, type Overload } from './spec.ts';

const likeTable: readonly Overload[] = [[['string', 'string'], 'boolean']];

/** LIKE pattern as a regular expression: % any text, _ one character, nothing else special. */
function likeExpression(pattern: string, flags: string): RegExp {
  const source = [...pattern].map((letter) => (letter === '%' ? '[^]*' : letter === '_' ? '[^]' : letter.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&'))).join('');
  return new RegExp(`^${source}$`, flags);
}

function like(name: string, spelling: string, ignoresCase: boolean, result: boolean): FunctionSpec {
  return {
    name,
    spelling,
    summary: `Whether a text ${result ? 'fits' : 'does not fit'} a pattern, where % stands for any text and _ for one character${ignoresCase ? ', capitals or not' : ''}.`,
    signature: `text ${spelling} pattern → true/false`,
    example: `name ${spelling} 'An%'`,
    category: 'pattern',
    kind: 'operator',
    nulls: 'propagate',
    resolve: overloads(spelling, likeTable),
    duckdb: ([a, b]) => `(${a} ${spelling} ${b})`,
    evaluate: ([a, b]) => likeExpression(String(b), ignoresCase ? 'iu' : 'u').test(String(a)) === result,
  };
}

/** RE2's leading (?i) as a flag; otherwise the two syntaxes agree on what the language promises. */
function compiled(pattern: string, flags: string, whole = false): RegExp {
  const folded = pattern.startsWith('(?i)');
  const source = folded ? pattern.slice(4) : pattern;
  return new RegExp(whole ? `^(?:${source})$` : source, folded ? `${flags}i` : flags);
}

/** What RE2 would refuse while the query runs, found while the pattern is typed. Null where nothing is found. */
function patternProblem(pattern: string): readonly [message: string, remedy: string] | null {
  let depth = 0;
  let inSet = false;
  for (let i = 0; i < pattern.length; i++) {
    const letter = pattern[i];
    if (letter === '\\') {
      if (i === pattern.length - 1) return ['The pattern ends with a backslash.', 'Write \\\\ for a backslash.'];
      if (!inSet && /[1-9]/.test(pattern[i + 1] ?? '')) return ['A pattern cannot refer back to a group (\\1).', 'In the replacement it can.'];
      i++;
    } else if (inSet) inSet = letter !== ']';
    else if (letter === '[') {
      inSet = true;
      // A bracket that comes first belongs to the set.
      if (pattern[i + 1] === '^') i++;
      if (pattern[i + 1] === ']') i++;
    } else if (letter === '(') {
      if (/^\(\?<?[=!]/.test(pattern.slice(i))) return ['Looking ahead or behind, (?=…) or (?<!…), is not part of RE2.', 'Put what is around it into the pattern, and take a group.'];
      depth++;
    } else if (letter === ')' && --depth < 0) return ['The pattern closes a parenthesis that is not open.', 'Write \\) for the sign itself.'];
    else if (/[*+?]/.test(letter ?? '') && (i === 0 || (pattern[i - 1] === '(' && letter !== '?'))) return [`“${letter}” has nothing before it to repeat.`, `Write \\${letter} for the sign itself.`];
  }
  if (inSet) return ['The pattern opens a [ that is not closed.', 'Add ], or write \\[ for the sign itself.'];
  return depth > 0 ? ['The pattern opens a parenthesis that is not closed.', 'Add ), or write \\( for the sign itself.'] : null;
}

/** The pattern is fixed while the query runs: a literal, so that it is compiled once and checked early. */
function withPattern(name: string, table: readonly Overload[]): FunctionSpec['resolve'] {
  const resolve = overloads(name, table);
  return (args) => {
    const resolution = resolve(args);
    if (typeof args[1]?.constant !== 'string') {
      throw new TypeMismatch(`${name} needs its pattern as a fixed text.`, 1, "Write the pattern in single quotes, such as '[0-9]+'.");
    }
    const problem = patternProblem(args[1].constant);
    if (problem) throw new TypeMismatch(problem[0], 1, problem[1]);
    return resolution;
  };
}

export const patternFunctions: readonly FunctionSpec[] = [
  like('like', 'like', false, true),
  like('not_like', 'not like', false, false),
  like('ilike', 'ilike', true, true),
  like('not_ilike', 'not ilike', true, false),
  {
    name: 'regexp_matches',
    summary: 'Whether a regular expression (RE2) is found anywhere in a text.',
    signature: "regexp_matches(text, 'pattern') → true/false",
    example: "regexp_matches(code, '^[A-Z]{2}[0-9]+$')",
    category: 'pattern',
    kind: 'function',
    nulls: 'propagate',
    resolve: withPattern('regexp_matches', [[['string', 'string'], 'boolean']]),
    duckdb: ([a, b]) => `regexp_matches(${a}, ${b})`,
    evaluate: ([a, b]) => compiled(String(b), 'u').test(String(a)),
  },
  {
    name: 'regexp_full_match',
    summary: 'Whether a whole text fits a regular expression (RE2). Also written text ~ pattern.',
    signature: "regexp_full_match(text, 'pattern') → true/false",
    example: "regexp_full_match(postcode, '[0-9]{4}')",
    category: 'pattern',
    kind: 'function',
    nulls: 'propagate',
    resolve: withPattern('regexp_full_match', [[['string', 'string'], 'boolean']]),
    duckdb: ([a, b]) => `regexp_full_match(${a}, ${b})`,
    evaluate: ([a, b]) => compiled(String(b), 'u', true).test(String(a)),
  },
  {
    name: 'regexp_extract',
    summary: 'The first part of a text that fits a regular expression (RE2), or one of its groups; missing where nothing fits.',
    signature: "regexp_extract(text, 'pattern', group?) → text",
    example: "regexp_extract(address, '([0-9]+)', 1)",
    category: 'pattern',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      const resolution = withPattern('regexp_extract', [
        [['string', 'string'], 'string'],
        [['string', 'string', 'integer'], 'string'],
      ])(args);
      const group = args[2];
      if (group && !(typeof group.constant === 'number' && group.constant >= 0 && group.constant <= 9)) {
        throw new TypeMismatch('regexp_extract needs its group as a fixed number from 0 to 9.', 2, 'Use 0 for the whole match, 1 for the first group.');
      }
      return resolution;
    },
    duckdb: ([a, b], _types, constants) => `nullif(regexp_extract(${a}, ${b}${constants[2] === undefined ? '' : `, ${String(constants[2])}`}), '')`,
    evaluate: ([a, b, group]) => compiled(String(b), 'u').exec(String(a))?.[Number(group ?? 0)] || null,
  },
  {
    name: 'regexp_count',
    summary: 'How many parts of a text fit a regular expression (RE2), without overlaps.',
    signature: "regexp_count(text, 'pattern') → whole number",
    example: "regexp_count(comment, '[A-Za-z]+')",
    category: 'pattern',
    kind: 'function',
    nulls: 'propagate',
    resolve: withPattern('regexp_count', [[['string', 'string'], 'integer']]),
    duckdb: ([a, b]) => `len(regexp_extract_all(${a}, ${b}))`,
    evaluate: ([a, b]) => BigInt([...String(a).matchAll(compiled(String(b), 'gu'))].length),
  },
  {
    name: 'regexp_replace',
    summary: 'Replaces every part of a text that fits a regular expression (RE2); \\1 in the replacement is the first group.',
    signature: "regexp_replace(text, 'pattern', replacement) → text",
    example: "regexp_replace(phone, '[^0-9]', '')",
    category: 'pattern',
    kind: 'function',
    nulls: 'propagate',
    resolve: withPattern('regexp_replace', [[['string', 'string', 'string'], 'string']]),
    duckdb: ([a, b, c]) => `regexp_replace(${a}, ${b}, ${c}, 'g')`,
    evaluate: ([a, b, c]) => {
      const template = String(c);
      return String(a).replace(compiled(String(b), 'gu'), (...found: unknown[]) => template.replace(/\\(\d)/g, (_, digit: string) => String(found[Number(digit)] ?? '')));
    },
  },
];
