import { RelationError } from './error.ts';

/** Runs `build`; what it throws is placed at a param of the node, unless it already names one. */
export function atParam<T>(param: readonly (string | number)[], build: () => T): T {
  try {
    return build();
  } catch (error) {
    throw error instanceof RelationError ? error.within({ param }) : error;
  }
}
