import type { RunStatus } from '#app/protocol/schema.ts';

/** What happens in a project that other parts of the engine wait for: triggers, notifications, lineage events, servers. */
export type ProjectEvent =
  | { readonly type: 'run-started'; readonly runId: string; readonly pipelineId: string; readonly pipelinePath: string | null; readonly title: string; readonly trigger: string | null }
  | { readonly type: 'run-ended'; readonly runId: string; readonly pipelineId: string; readonly pipelinePath: string | null; readonly title: string; readonly trigger: string | null; readonly status: RunStatus; readonly ms: number }
  | { readonly type: 'model-registered'; readonly name: string; readonly version: number; readonly runId: string | null }
  /** A stage, alias, approval or note of a version is another now, or the version is gone. */
  | { readonly type: 'model-changed'; readonly name: string; readonly version: number; readonly change: 'stage' | 'alias' | 'approval' | 'note' | 'removed' }
  | { readonly type: 'alarm-raised'; readonly alarmId: string; readonly monitor: string; readonly title: string; readonly message: string; readonly severity: 'warning' | 'critical' }
  | { readonly type: 'alarm-cleared'; readonly alarmId: string; readonly monitor: string; readonly title: string }
  /** Rows of a feature view were made; `held`: a test failed, and the rows from before still count. */
  | { readonly type: 'features-materialised'; readonly view: string; readonly version: number; readonly status: 'current' | 'held'; readonly runId: string | null }
  | { readonly type: 'server-changed'; readonly server: string; readonly state: 'started' | 'changed' | 'stopped' | 'failed' };

type Listener = (event: ProjectEvent) => void | Promise<void>;

/** Listeners hear events in order, later than the caller goes on; what one of them throws reaches neither the caller nor the others. */
export class ProjectEvents {
  readonly #listeners = new Set<Listener>();
  readonly #failed: (error: unknown) => void;
  #pending: Promise<unknown> = Promise.resolve();

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  emit(event: ProjectEvent): void {
    for (const listener of this.#listeners) {
      const heard = Promise.resolve()
        .then(() => listener(event))
        .catch((error: unknown) => this.#failed(error));
      this.#pending = Promise.all([this.#pending, heard]);
    }
  }

  /** @returns what takes the listener away again. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** When everything emitted so far has been heard. */
  async settled(): Promise<void> {
    await this.#pending;
  }
}
