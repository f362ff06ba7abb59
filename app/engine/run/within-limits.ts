import type { AnalysedNode } from '../analysis/analyse.ts';
import { withinDeadline } from './node-deadline.ts';
import { withinMemory } from './node-memory.ts';
import type { NodeEnvironment } from './node-runner.ts';

/** Of a node's limit of memory, what its queries may have where it also runs code of its own. */
const shareOfQueries = 0.6;

/**
 * Runs the work of one node within what it may take of the machine: its own limits, else the project's. The work gets a signal that aborts when
 * the run is cancelled or a limit is met, and an environment whose database has no more memory than the node.
 * @throws PenstockError `node-time-limit`, `node-memory-limit`, each naming the node and the limit; CancelledError; what the work throws.
 */
export async function withinLimits<T>(node: AnalysedNode, environment: NodeEnvironment, signal: AbortSignal, work: (signal: AbortSignal, environment: NodeEnvironment) => Promise<T>): Promise<T> {
  const { seconds: ownSeconds, megabytes: ownMegabytes } = node.node.limits ?? {};
  const project = environment.nodeLimits();
  const seconds = ownSeconds ?? project.seconds;
  const time = seconds === null ? null : { seconds, own: ownSeconds !== undefined };
  const runsCode = node.type?.executor?.run !== undefined;
  // A query alone is held by the limit of queries; the project has one already.
  const megabytes = ownMegabytes ?? (runsCode ? project.megabytes : null);
  if (megabytes === null) return environment.company.beside(signal, () => withinDeadline(node.title, time, signal, (within) => work(within, environment)));
  const limited = (): Promise<T> =>
    withinDeadline(node.title, time, signal, async (within) => {
      if (ownMegabytes === undefined) return withinMemory(node.title, { megabytes, own: false }, runsCode, within, (inside) => work(inside, environment));
      const own = await environment.openDatabase(megabytes * 1e6 * (runsCode ? shareOfQueries : 1));
      try {
        return await withinMemory(node.title, { megabytes, own: true }, runsCode, within, (inside) => work(inside, { ...environment, database: own.database }));
      } finally {
        await own.close();
      }
    });
  return runsCode ? environment.company.alone(signal, limited) : environment.company.beside(signal, limited);
}
