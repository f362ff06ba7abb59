import { arityMessage, overloads, TypeMismatch, argumentMismatch, fits, type FunctionSpec } from './spec.ts';

function connective(name: 'and' | 'or', decisive: boolean, summary: string, example: string): FunctionSpec {
  return {
    name,
    spelling: name,
    summary,
    signature: `a ${name} b → true/false`,
    example,
    category: 'logic',
    kind: 'operator',
    nulls: 'own',
    resolve: (args) => {
      if (args.length < 2) throw new TypeMismatch(arityMessage(name, [2], args.length));
      const wrong = args.findIndex((arg) => !fits(arg, 'boolean'));
      if (wrong >= 0) throw argumentMismatch(name, wrong, ['boolean'], args);
      return { type: 'boolean', params: args.map(() => 'boolean' as const) };
    },
    duckdb: (args) => `(${args.join(` ${name} `)})`,
    evaluate: (args) => (args.includes(decisive) ? decisive : args.includes(null) ? null : !decisive),
  };
}

export const logicFunctions: readonly FunctionSpec[] = [
  connective('and', false, 'True where every part is true; false as soon as one part is false, even beside a missing one.', "age > 30 and city = 'Oslo'"),
  connective('or', true, 'True where at least one part is true, even beside a missing one.', 'age < 18 or age > 65'),
  {
    name: 'not',
    spelling: 'not',
    summary: 'Turns true and false around; missing stays missing.',
    signature: 'not a → true/false',
    example: "not (city = 'Oslo')",
    category: 'logic',
    kind: 'operator',
    nulls: 'propagate',
    resolve: overloads('not', [[['boolean'], 'boolean']]),
    duckdb: ([a]) => `(not ${a})`,
    evaluate: ([a]) => a !== true,
  },
];
