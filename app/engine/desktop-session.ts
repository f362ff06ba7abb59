import { PenstockError } from '#app/core/errors.ts';
import { unlockWith } from '#app/sealing/unlock.ts';
import { decryptProject, encryptProject } from './encryption/keys.ts';
import type { ConvertEvent, ConvertRequest, ProjectLock, UnlockRequest } from './encryption/lock.ts';
import type { Engine } from './engine.ts';
import { createLockedRouter, createRouter, type EngineRouter } from './router.ts';

export type DesktopRouter = EngineRouter | ReturnType<typeof createLockedRouter>;

/** The one project of a desktop window: open, or locked until its passphrase is entered; closed and opened anew where it is converted. */
export class DesktopSession implements ProjectLock {
  readonly #open: () => Promise<Engine>;
  readonly #projectDir: string;
  #engine: Engine | null = null;
  #router: DesktopRouter;
  /** One change after another. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(open: () => Promise<Engine>, projectDir: string) {
    this.#open = open;
    this.#projectDir = projectDir;
    this.#router = createLockedRouter(projectDir, this);
  }

  get engine(): Engine | null {
    return this.#engine;
  }

  /** What answers new connections. */
  get router(): DesktopRouter {
    return this.#router;
  }

  get isLocked(): boolean {
    return this.#engine === null;
  }

  /** Opens the project, or stays locked where it needs a key. @throws as `Engine.open`. */
  async open(): Promise<void> {
    try {
      this.#engine = await this.#open();
      this.#router = createRouter(this.#engine, null, this);
    } catch (error) {
      if (!(error instanceof PenstockError) || error.code !== 'project-encrypted') throw error;
      this.#router = createLockedRouter(this.#projectDir, this);
    }
  }

  unlock(given: UnlockRequest): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#engine !== null) return;
      await unlockWith(this.#projectDir, given);
      await this.open();
    });
  }

  /** The project is closed for it, and open again at the end, whatever came of it. */
  async *convert({ to, passphrase }: ConvertRequest, signal: AbortSignal): AsyncGenerator<ConvertEvent> {
    const events: ConvertEvent[] = [];
    const state: { tell: () => void; isOver: boolean } = { tell: () => undefined, isOver: false };
    const say = (event: ConvertEvent): void => {
      events.push(event);
      state.tell();
    };
    const progress = (done: number, of: number): void => say({ type: 'progress', done, of });
    const work = this.#inTurn(async () => {
      await this.#engine?.close();
      this.#engine = null;
      try {
        const made = to === 'encrypted' ? await encryptProject(this.#projectDir, { passphrase }, { signal, progress }) : await decryptProject(this.#projectDir, { signal, progress });
        events.push({ type: 'done', recoveryKey: made?.recoveryKey ?? null });
      } finally {
        await this.open();
      }
    }).finally(() => {
      state.isOver = true;
      state.tell();
    });
    // Told at the end, below; until then nobody waits for it.
    work.catch(() => undefined);
    for (;;) {
      const isOver = state.isOver;
      for (const event of events.splice(0)) if (event.type === 'progress' || isOver) yield event;
      else events.push(event);
      if (isOver) break;
      if (!state.isOver) await new Promise<void>((resolve) => (state.tell = resolve));
    }
    await work;
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    await this.#engine?.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.catch(() => undefined).then(work);
    this.#turn = next;
    return next;
  }
}
