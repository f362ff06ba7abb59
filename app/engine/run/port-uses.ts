import type { AnalysedNode } from '../analysis/analyse.ts';
import { portKey } from '../planning/plan.ts';
import type { PortUse } from './node-runner.ts';
import type { PipelineRunOptions } from './run-options.ts';

/** Who uses each output in a run, counted before it starts. */
export class PortUses {
  readonly #options: Pick<PipelineRunOptions, 'targets' | 'tables'>;
  readonly #uses = new Map<string, { consumers: number; consumedByExecutor: boolean }>();

  constructor(options: Pick<PipelineRunOptions, 'targets' | 'tables'>) {
    this.#options = options;
  }

  /** A node of the run; one whose result is reused asks nothing of its inputs. */
  count(node: AnalysedNode, isReused: boolean): void {
    for (const source of Object.values(node.inputs).flat()) {
      const key = portKey(source.nodeId, source.port);
      const use = this.#uses.get(key) ?? { consumers: 0, consumedByExecutor: false };
      use.consumers += 1;
      if (!isReused && node.type?.executor?.run !== undefined) use.consumedByExecutor = true;
      this.#uses.set(key, use);
    }
  }

  of(node: AnalysedNode, port: string): PortUse {
    const key = portKey(node.node.id, port);
    const use = this.#uses.get(key);
    const { targets, tables } = this.#options;
    return {
      consumers: use?.consumers ?? 0,
      consumedByExecutor: use?.consumedByExecutor ?? false,
      pinned: node.node.pinned?.includes(port) === true,
      end: use === undefined || targets.has(node.node.id),
      planned: tables.get(key),
    };
  }
}
