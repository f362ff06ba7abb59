import type { Database } from '#app/data/index.ts';
import { nodeLimitBounds } from '#app/pipeline/document.ts';
import { vaultOf } from '#app/sealing/vault.ts';
import { memoryFolder } from '#app/sealing/working-folder.ts';
import type { ProjectStore } from '../project/project-store.ts';
import { databaseMemory, defaultLimits, duckDbSize, freeDisk, leastDisk, leastMemory, machineMemory, parseSize, spillRoom, type Limits } from './limits.ts';

/** Where the setting in force comes from. */
export type LimitSource = 'machine' | 'settings' | 'start';

export interface LimitsInForce extends Limits {
  readonly memoryFrom: LimitSource;
  readonly diskFrom: LimitSource;
  /** Longest time of one node in a run, seconds; null: none. */
  readonly nodeSeconds: number | null;
  /** Most memory of one node that runs code of its own, MB; null: no limit. */
  readonly nodeMegabytes: number | null;
  readonly defaults: Limits;
}

export interface ProjectLimitsOptions {
  readonly store: Pick<ProjectStore, 'meta' | 'readOnly'>;
  readonly projectDir: string;
  readonly tempDir: string;
  /** As given when the app was started; wins over the settings and is not kept. */
  readonly memory: string | undefined;
}

/** Room for what does not fit in memory. An encrypted project spills into a file system in memory or not at all: spilled rows would be plain. */
async function spillOf({ projectDir, tempDir }: Pick<ProjectLimitsOptions, 'projectDir' | 'tempDir'>): Promise<number> {
  return vaultOf(projectDir) !== null && memoryFolder() === null ? 0 : spillRoom(await freeDisk(tempDir));
}

/** The limits of an open project: given at the start, kept in its settings, or a share of the machine. */
export class ProjectLimits {
  readonly #options: ProjectLimitsOptions;
  readonly #defaults: Limits;
  readonly #started: number | null;
  #spill: number;

  private constructor(options: ProjectLimitsOptions, defaults: Limits, started: number | null, spill: number) {
    this.#options = options;
    this.#defaults = defaults;
    this.#started = started;
    this.#spill = spill;
  }

  /** @throws PenstockError `size-syntax`, `size-too-small` for what was given at the start. */
  static async open(options: ProjectLimitsOptions): Promise<ProjectLimits> {
    const started = options.memory === undefined || options.memory.trim() === '' ? null : parseSize(options.memory, leastMemory, 'the memory of queries');
    const defaults = defaultLimits({ memory: machineMemory(), freeDisk: await freeDisk(options.projectDir), usedDisk: 0 });
    return new ProjectLimits(options, defaults, started, await spillOf(options));
  }

  get now(): LimitsInForce {
    const memory = this.#kept('memory', leastMemory);
    const disk = this.#kept('disk', leastDisk);
    return {
      memory: this.#started ?? memory ?? this.#defaults.memory,
      disk: disk ?? this.#defaults.disk,
      memoryFrom: this.#started !== null ? 'start' : memory !== null ? 'settings' : 'machine',
      diskFrom: disk !== null ? 'settings' : 'machine',
      nodeSeconds: this.#kept('node-seconds', nodeLimitBounds.seconds.least),
      nodeMegabytes: this.#kept('node-megabytes', nodeLimitBounds.megabytes.least),
      defaults: this.#defaults,
    };
  }

  /** What the database is opened with. */
  get database(): { memoryLimit: string; tempLimit: string } {
    return { memoryLimit: duckDbSize(databaseMemory(this.now.memory)), tempLimit: duckDbSize(this.#spill) };
  }

  /** Keeps new limits with the project (null: the default again) and puts them into force. @throws PenstockError `size-too-small`. */
  async set(limits: { readonly memory?: number | null | undefined; readonly disk?: number | null | undefined; readonly nodeSeconds?: number | null | undefined; readonly nodeMegabytes?: number | null | undefined }, database: Database): Promise<LimitsInForce> {
    const { meta } = this.#options.store;
    const text = (bytes: number | null, least: number, what: string): string => (bytes === null ? '' : String(parseSize(String(bytes), least, what)));
    const memory = limits.memory === undefined ? null : text(limits.memory, leastMemory, 'the memory of queries');
    const disk = limits.disk === undefined ? null : text(limits.disk, leastDisk, 'the results of a project');
    if (memory !== null) meta.set('limits.memory', memory);
    if (disk !== null) meta.set('limits.disk', disk);
    if (limits.nodeSeconds !== undefined) meta.set('limits.node-seconds', limits.nodeSeconds === null ? '' : String(Math.max(nodeLimitBounds.seconds.least, limits.nodeSeconds)));
    if (limits.nodeMegabytes !== undefined) meta.set('limits.node-megabytes', limits.nodeMegabytes === null ? '' : String(Math.max(nodeLimitBounds.megabytes.least, limits.nodeMegabytes)));
    const spill = await spillOf(this.#options);
    await database.setLimits({ memoryLimit: duckDbSize(databaseMemory(this.now.memory)), tempLimit: duckDbSize(spill) });
    return this.now;
  }

  /** What spilled data may take follows the disk: space that was freed since counts without a restart. */
  async refreshSpill(database: Database): Promise<void> {
    const room = spillRoom(await freeDisk(this.#options.tempDir));
    if (Math.abs(room - this.#spill) < 0.1 * this.#spill) return;
    this.#spill = room;
    // Refused while more than that is spilled already: the next run asks again.
    await database.setLimits({ memoryLimit: this.database.memoryLimit, tempLimit: duckDbSize(room) }).catch(() => undefined);
  }

  #kept(name: 'memory' | 'disk' | 'node-seconds' | 'node-megabytes', least: number): number | null {
    const bytes = Number(this.#options.store.meta.get(`limits.${name}`) ?? '');
    return Number.isFinite(bytes) && bytes >= least ? bytes : null;
  }
}
