import { z } from 'zod';
import type { Dimension } from '#app/sdk/search-space.ts';
import type { LearnerSpec } from '#app/sdk/ports.ts';
import { algorithms } from '../learners/registry.ts';

/** A dimension that a learner refuses. */
export interface RefusedDimension {
  readonly param: string;
  readonly message: string;
  readonly remedy: string;
}

/** What each known learner refuses of a space: params it does not have, and values its schema does not take. */
export function refusedByLearners(space: readonly Dimension[]): Record<string, RefusedDimension[]> {
  return Object.fromEntries([...algorithms.keys()].map((name) => [name, refusedDimensions(name, space)]));
}

export function refusedDimensions(algorithm: LearnerSpec['algorithm'], space: readonly Dimension[]): RefusedDimension[] {
  const schema = algorithms.get(algorithm)?.params;
  if (schema === undefined) return [];
  const names = Object.keys((z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { properties?: object }).properties ?? {});
  return space.flatMap((dimension): RefusedDimension[] => {
    const { param } = dimension;
    if (!names.includes(param)) return [{ param, message: `The learner has no param “${param}”.`, remedy: `Its params are ${names.join(', ')}.` }];
    const values = dimension.kind === 'choice' ? dimension.values : [dimension.low, dimension.high, ...(dimension.integer ? [] : [dimension.low + 0.618 * (dimension.high - dimension.low)])];
    for (const value of values) {
      const issue = schema.safeParse({ [param]: value }).error?.issues.find(({ path }) => path[0] === param);
      if (issue !== undefined) return [{ param, message: `“${param}” cannot be ${JSON.stringify(value)}: ${issue.message}.`, remedy: dimension.kind === 'range' ? 'Narrow the range, or search whole numbers.' : 'Take the value out.' }];
    }
    return [];
  });
}
