import { rm } from 'node:fs/promises';
import path from 'node:path';
import { ServerProcess } from './server-process.ts';
import { writeBundle, type WriteBundleOptions } from './writer.ts';

export interface ServedModelInfo {
  readonly nodeId: string;
  readonly name: string;
  readonly url: string;
  readonly startedAt: number;
  /** Of the server's process; another one after it was started again. */
  readonly pid: number;
}

interface Served extends Omit<ServedModelInfo, 'pid'> {
  readonly folder: string;
  process: ServerProcess;
}

/** A server that ends by itself is started again this often; then it stays down. */
const restarts = 3;

export type ServeRequest = Omit<WriteBundleOptions, 'target'> & { readonly port: number };

/** Model servers of an engine, one a node. Each runs from a bundle in a folder of its own, so it serves what a bundle would. */
export class Serving {
  readonly #root: string;
  readonly #served = new Map<string, Served>();
  /** Starting and stopping happen one after the other for each node. */
  readonly #queue = new Map<string, Promise<unknown>>();
  #count = 0;
  #isClosed = false;

  /** `root`: a folder for temporary files that goes with the engine. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Starts the server of a node, or replaces it. @throws PenstockError of `writeBundle`, `server-start` (port in use …). */
  async start(request: ServeRequest): Promise<ServedModelInfo> {
    return this.#inTurn(request.nodeId, async () => {
      await this.#stop(request.nodeId);
      const folder = path.join(this.#root, 'serving', String(this.#count++));
      await writeBundle({ ...request, target: folder });
      try {
        const process = await ServerProcess.start(folder, request.port, request.signal);
        const served: Served = { nodeId: request.nodeId, name: request.name, url: process.url, startedAt: Date.now(), folder, process };
        this.#served.set(request.nodeId, served);
        this.#watch(served, restarts);
        return infoOf(served);
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
    });
  }

  async stop(nodeId: string): Promise<void> {
    await this.#inTurn(nodeId, () => this.#stop(nodeId));
  }

  /** Servers that answer now. */
  list(): ServedModelInfo[] {
    return [...this.#served.values()].filter((served) => served.process.isRunning).map(infoOf);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#served.keys()].map((nodeId) => this.stop(nodeId)));
  }

  #watch(served: Served, left: number): void {
    void served.process.ended.then(async () => {
      if (this.#isClosed || left === 0 || this.#served.get(served.nodeId) !== served) return;
      await this.#inTurn(served.nodeId, async () => {
        if (this.#served.get(served.nodeId) !== served) return;
        // The same port, so that clients find it again.
        served.process = await ServerProcess.start(served.folder, Number(new URL(served.url).port));
        this.#watch(served, left - 1);
      }).catch(() => undefined);
    });
  }

  async #stop(nodeId: string): Promise<void> {
    const served = this.#served.get(nodeId);
    if (served === undefined) return;
    this.#served.delete(nodeId);
    await served.process.stop();
    await rm(served.folder, { recursive: true, force: true });
  }

  #inTurn<T>(nodeId: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#queue.get(nodeId) ?? Promise.resolve()).then(work, work);
    this.#queue.set(nodeId, mine.catch(() => undefined));
    return mine;
  }
}

const infoOf = ({ nodeId, name, url, startedAt, process }: Served): ServedModelInfo => ({ nodeId, name, url, startedAt, pid: process.pid ?? 0 });
