import { overloads, type FunctionSpec } from './spec.ts';

type Range = 'any' | 'finite' | 'unit';

const conditions: Readonly<Record<Range, ((a: string) => string) | null>> = {
  any: null,
  // Infinite angles have no sine; NaN stays NaN.
  finite: (a) => `not isinf(${a})`,
  unit: (a) => `(${a} between -1e0 and 1e0 or isnan(${a}))`,
};
const holds: Readonly<Record<Range, (a: number) => boolean>> = {
  any: () => true,
  finite: (a) => Math.abs(a) !== Infinity,
  unit: (a) => Number.isNaN(a) || Math.abs(a) <= 1,
};

function angle(name: string, summary: string, example: string, range: Range, evaluate: (a: number) => number): FunctionSpec {
  return {
    name,
    summary,
    signature: `${name}(number) → number`,
    example,
    category: 'math',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads(name, [[['float'], 'float']]),
    duckdb: ([a = '']) => {
      const condition = conditions[range]?.(a);
      return condition === undefined ? `${name}(${a})` : `(case when ${condition} then ${name}(${a}) end)`;
    },
    evaluate: ([a]) => (holds[range](Number(a)) ? evaluate(Number(a)) : null),
  };
}

export const trigonometryFunctions: readonly FunctionSpec[] = [
  angle('sin', 'Sine of an angle in radians.', 'sin(radians(latitude))', 'finite', Math.sin),
  angle('cos', 'Cosine of an angle in radians.', 'cos(2 * pi() * month / 12)', 'finite', Math.cos),
  angle('tan', 'Tangent of an angle in radians.', 'tan(slope)', 'finite', Math.tan),
  angle('asin', 'Angle in radians with this sine; missing outside -1 to 1.', 'asin(ratio)', 'unit', Math.asin),
  angle('acos', 'Angle in radians with this cosine; missing outside -1 to 1.', 'acos(ratio)', 'unit', Math.acos),
  angle('atan', 'Angle in radians with this tangent.', 'atan(rise / run)', 'any', Math.atan),
  angle('radians', 'An angle in degrees, as radians.', 'radians(latitude)', 'any', (a) => (a * Math.PI) / 180),
  angle('degrees', 'An angle in radians, as degrees.', 'degrees(direction)', 'any', (a) => (a * 180) / Math.PI),
  {
    name: 'atan2',
    summary: 'Angle in radians of the point (x, y) seen from the origin, from -π to π.',
    signature: 'atan2(y, x) → number',
    example: 'degrees(atan2(dy, dx))',
    category: 'math',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads('atan2', [[['float', 'float'], 'float']]),
    duckdb: ([a, b]) => `atan2(${a}, ${b})`,
    evaluate: ([a, b]) => Math.atan2(Number(a), Number(b)),
  },
  {
    name: 'pi',
    summary: 'The number π, 3.14159….',
    signature: 'pi() → number',
    example: 'pi() * power(radius, 2)',
    category: 'math',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads('pi', [[[], 'float']]),
    duckdb: () => 'pi()',
    evaluate: () => Math.PI,
  },
];
