import type { Database } from '#app/data/index.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { EngineCatalogue } from './catalogue.ts';
import type { LoadedPack } from './packs/index.ts';
import type { ProjectStore } from './project/project-store.ts';
import type { ProjectLimits } from './planning/project-limits.ts';
import type { ProjectTrust, TrustExceptions, TrustMode } from './trust/index.ts';

export interface EngineOptions {
  /** Folder with penstock.db, artifacts/ and pipelines/; made when missing. */
  readonly projectDir: string;
  /** Folder that relative paths in params are under; default: the project folder. */
  readonly filesDir?: string;
  /** The app's resources (samples). */
  readonly resourcesDir: string;
  /** Built parts that the engine starts or copies (bundle-server). */
  readonly distDir: string;
  readonly catalogue?: EngineCatalogue;
  /** Opens without the project's lease: everything can be looked at, nothing run or saved. */
  readonly readOnly?: boolean;
  /** For queries, as people write sizes: `4GB`. Default: PENSTOCK_MEMORY_LIMIT, the project's setting, a share of the machine. */
  readonly memoryLimit?: string;
  /** Schedules and triggers fire in this process: the app, `penstock serve` and `penstock work`. Default: no. */
  readonly background?: boolean;
  /** Hears of trouble in the background, one sentence each. */
  readonly warn?: (message: string) => void;
  /** The user's own folder, for keys and passwords; default: by the habits of the system. */
  readonly configDir?: string;
  /** Whether what came with the project may run as code. Default: `given`; whoever opens projects of people asks. */
  readonly trust?: TrustMode;
  /** With `restricted`: what runs all the same. */
  readonly trustExceptions?: TrustExceptions;
  /** Several people use it over the network: what pipelines may touch on this machine. Absent: whatever its user may. */
  readonly team?: TeamLimits;
  /** The project is thrown away: lineage events are not told outside. */
  readonly scratch?: boolean;
}

export interface TeamLimits {
  /** Folders beside the project whose files may be used. */
  readonly folders: readonly string[];
  /** Whether people's JavaScript and Python run. */
  readonly scripts: boolean;
}

export interface StartRun {
  readonly document: PipelineDocument;
  readonly path: string | null;
  readonly to?: readonly string[] | undefined;
  readonly force?: readonly string[] | undefined;
  /** Also where the preflight is certain that it will not fit. */
  readonly anyway?: boolean | undefined;
  /**
   * Big files that one query reads once are read as they are needed instead of being kept as tables: quicker for one run; the next run
   * and a look at their rows read the file again. For runs that nobody edits in.
   */
  readonly stream?: boolean | undefined;
  /** What started it where no person did: `schedule:ID`, `trigger:ID`. */
  readonly trigger?: string | undefined;
}

/** What is opened before the areas are put together. */
export interface EngineParts {
  readonly catalogue: EngineCatalogue;
  readonly packs: readonly LoadedPack[];
  readonly database: Database;
  readonly store: ProjectStore;
  readonly tempDir: string;
  readonly limits: ProjectLimits;
  readonly trust: ProjectTrust;
}
