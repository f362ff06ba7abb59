import { call, cast, col, lit, when } from '#app/relation/build.ts';
import type { Expr, Measure, Relation } from '#app/relation/types.ts';
import type { FeatureTest, FeatureTestResult, ViewDefinition } from '#app/sdk/features.ts';
import type { TableServices } from '#app/sdk/node.ts';

const percent = (share: number): string => `${(Math.floor(share * 10_000) / 100).toString()} %`;

function allOf(parts: readonly Expr[]): Expr {
  const [first, ...more] = parts;
  return first === undefined ? lit(true) : more.length === 0 ? first : call('and', first, ...more);
}

/** The rows in which a test holds are counted where this is not missing. */
function holds({ check, column, min, max, values }: FeatureTest): Expr | null {
  const present = call('is_not_null', col(column));
  const counted = (predicate: Expr): Expr => when([{ when: predicate, then: lit(1) }]);
  switch (check) {
    case 'present':
      return counted(present);
    case 'range':
      // A missing value is outside every range; how many may be missing is another test's matter only where it is asked so.
      return counted(allOf([present, ...(min === null ? [] : [call('greater_than_or_equal', col(column), lit(min))]), ...(max === null ? [] : [call('less_than_or_equal', col(column), lit(max))])]));
    case 'one-of':
      return counted(call('coalesce', call('in', cast(col(column), 'string'), ...(values.length === 0 ? [lit(null, 'string')] : values.map((value) => lit(value, 'string')))), lit(false)));
    default:
      return null;
  }
}

/** Looks at all rows, by two queries however many tests there are. @param now unix ms */
export async function runTests(tests: readonly FeatureTest[], view: ViewDefinition, table: Relation, tables: Pick<TableServices, 'rows' | 'count'>, now: number): Promise<FeatureTestResult[]> {
  if (tests.length === 0) return [];
  const measures: Measure[] = [
    { name: 'rows', fn: 'count' },
    { name: 'newest', fn: 'max', arg: call('epoch', cast(col(view.time), 'timestamp')) },
    ...tests.flatMap((test, i): Measure[] => {
      const arg = holds(test);
      return arg === null ? [] : [{ name: `t${i}`, fn: 'count', arg }];
    }),
  ];
  const { schema, rows: answers } = await tables.rows({ op: 'aggregate', input: table, keys: [], measures }, 1);
  const answer = (name: string): number | null => {
    const value = answers[0]?.[schema.findIndex((column) => column.name === name)];
    return typeof value === 'number' ? value : null;
  };
  const rows = answer('rows') ?? 0;
  const newest = answer('newest');
  const unique = tests.some(({ check }) => check === 'unique') ? await tables.count({ op: 'aggregate', input: table, keys: [...view.keys, ...view.times].map(({ name }) => ({ name, expr: col(name) })), measures: [] }) : 0;
  return tests.map((test, i): FeatureTestResult => {
    const { check, column, share, min, max, age } = test;
    const result = (passed: boolean, found: number | null, wanted: number, message: string): FeatureTestResult => ({ check, column, passed, found, wanted, message });
    switch (check) {
      case 'unique':
        return result(unique === rows, rows - unique, 0, unique === rows ? 'There is one row for each key and time.' : `${rows - unique} rows have the key and time of another row.`);
      case 'fresh': {
        const wanted = age ?? 0;
        const old = newest === null ? null : Math.max(0, now / 1000 - newest);
        const passed = old !== null && old <= wanted;
        return result(passed, old, wanted, old === null ? 'There is no event.' : `The newest event is ${Math.round(old / 360) / 10} hours old; ${Math.round(wanted / 360) / 10} are allowed.`);
      }
      case 'rows': {
        const passed = (min === null || rows >= min) && (max === null || rows <= max);
        return result(passed, rows, (rows < (min ?? rows) ? min : max) ?? min ?? 0, `There are ${rows} rows${min === null ? '' : `, at least ${min} are wanted`}${max === null ? '' : `, at most ${max} are allowed`}.`);
      }
      default: {
        // Of no rows, none breaks an expectation.
        const found = rows === 0 ? 1 : (answer(`t${i}`) ?? 0) / rows;
        const what = check === 'present' ? 'has a value' : check === 'range' ? `is between ${min ?? '−∞'} and ${max ?? '∞'}` : 'is one of the list';
        return result(found >= share, found, share, `“${column}” ${what} in ${percent(found)} of the rows; ${percent(share)} are wanted.`);
      }
    }
  });
}
