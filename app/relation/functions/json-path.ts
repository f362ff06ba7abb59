import { TypeMismatch, type Argument } from './spec.ts';

/** One step into a JSON value: a member by name, or an element by its place (0 is the first, -1 the last). */
export type JsonStep = string | number;

const step = /^(?:\.?([\p{L}_$][\p{L}\p{N}_$-]*)|\.?"([^"\\]*)"|\[(-?\d{1,9})\]|\['([^'"\\]*)'\]|\["([^"\\]*)"\])/u;

/**
 * Steps of a path such as `$.items[0]."unit price"`; the `$.` may be left out, and `$` alone is the whole value.
 * Null where the text is no path.
 */
export function jsonSteps(path: string): JsonStep[] | null {
  let rest = path.trim();
  if (rest === '$' || rest === '') return [];
  rest = rest.startsWith('$.') || rest.startsWith('$[') ? rest.slice(1) : `${rest.startsWith('[') ? '' : '.'}${rest}`;
  const steps: JsonStep[] = [];
  while (rest !== '') {
    const found = step.exec(rest);
    // A name follows a point, else `a"b"` would be two steps.
    if (!found || (found[0][0] !== '.' && found[0][0] !== '[')) return null;
    steps.push(found[3] === undefined ? (found[1] ?? found[2] ?? found[4] ?? found[5] ?? '') : Number(found[3]));
    rest = rest.slice(found[0].length);
  }
  return steps;
}

/** The steps of a path argument that the type rule has let pass. */
export const stepsOf = (constant: unknown): JsonStep[] => (typeof constant === 'string' ? (jsonSteps(constant) ?? []) : []);

/** @throws TypeMismatch where a path is no fixed text or no path */
export function checkPath(name: string, argument: Argument | undefined, index: number): void {
  if (typeof argument?.constant !== 'string') throw new TypeMismatch(`${name} needs its path as a fixed text.`, index, "Write the path in single quotes, such as 'items[0].price'.");
  if (jsonSteps(argument.constant) === null) {
    throw new TypeMismatch(`“${argument.constant}” is not a path into JSON.`, index, "Write names with points and places in brackets, such as 'items[0].price'; other names in double quotes: 'a.\"unit price\"'.");
  }
}
