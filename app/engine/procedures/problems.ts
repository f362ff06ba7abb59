import type { Engine } from '../engine.ts';
import { ProjectProblems } from '../problems/project-problems.ts';
import type { Implementer } from './implementer.ts';

const never = new AbortController().signal;

/** Problems of all pipelines of the project. */
export function problemsProcedures(os: Implementer, engine: Engine) {
  const problems = new ProjectProblems(engine);
  return {
    watch: os.problems.watch.handler(({ signal = never }) => problems.watch(signal)),
    lookAgain: os.problems.lookAgain.handler(() => {
      problems.lookAgain();
      return {};
    }),
  };
}
