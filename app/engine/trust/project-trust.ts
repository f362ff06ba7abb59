import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { stableHash } from '#app/core/hash.ts';
import { PenstockError, toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import { restrictedDiagnostic, restrictedError, restrictedKind, type RestrictedKind, type RestrictedNode } from './kinds.ts';
import { TrustedProjects, type TrustedProject } from './trusted-projects.ts';

/**
 * How a project is opened. `given`: it is trusted, whatever the user's list says (tests, a project that is thrown away, `--trust-once`).
 * `ask`: by the user's list; a folder that holds no project yet is one that the user makes here. `made`: Penstock has just put a project there.
 * `restricted`: it is not, but for what is excepted.
 */
export type TrustMode = 'given' | 'ask' | 'made' | 'restricted';

/** What runs in a project that is opened `restricted`, because it was trusted elsewhere: the base of a pull request. */
export interface TrustExceptions {
  /** Nodes, as `trustedNodeKey` names them. */
  readonly nodes: ReadonlySet<string>;
  readonly databases: boolean;
}

/** A node by what it does, wherever it stands. @param params parsed. */
export const trustedNodeKey = (type: string, params: unknown): string => stableHash([type, params]);

/** What makes a folder a project that came from somewhere. */
const signs = ['penstock.db', 'pipelines', 'components', 'reports'] as const;

export function holdsProject(folder: string): boolean {
  return signs.some((name) => existsSync(path.join(folder, name)));
}

/** By place alone, without opening the project: for commands that need no engine. */
export function isTrustedFolder(folder: string, configDir: string): boolean {
  if (!holdsProject(folder)) return true;
  const here = realpathSync(folder);
  const mark = folderMark(here);
  return new TrustedProjects(configDir).list().some((one) => one.path === here && one.mark === mark);
}

/** What is whole in its params; a file beside them may have changed. */
const mayBeExcepted: ReadonlySet<RestrictedKind> = new Set(['javascript', 'python', 'sql', 'database']);

const idKey = 'project.id';

/** Why a node does not run; null: it does. */
export type NodeRestriction = (node: RestrictedNode, title: string, nodeId: string) => Diagnostic | null;

export interface TrustParts {
  readonly projectDir: string;
  readonly filesDir: string;
  readonly configDir: string;
  readonly mode: TrustMode;
  readonly exceptions?: TrustExceptions | undefined;
  /** Whether the folder held a project before it was opened. */
  readonly wasThere: boolean;
  readonly store: { readonly readOnly: boolean; readonly meta: { get(key: string): string | null; set(key: string, value: string): void } };
  readonly audit: (event: { readonly action: string; readonly subject: string; readonly details: Readonly<Record<string, unknown>> }) => void;
  readonly warn: (message: string) => void;
}

/** Whether what came with one open project may run as code. Deny by default: an unreadable list trusts nothing. */
export class ProjectTrust {
  readonly #parts: TrustParts;
  readonly #trusted: TrustedProjects;
  readonly #listeners = new Set<() => void>();
  /** The user made the project here; also where the list could not be written. */
  #isMadeHere = false;
  #warned = '';

  private constructor(parts: TrustParts) {
    this.#parts = parts;
    this.#trusted = new TrustedProjects(parts.configDir);
  }

  static async open(parts: TrustParts): Promise<ProjectTrust> {
    const trust = new ProjectTrust(parts);
    if (parts.mode === 'given' || parts.mode === 'restricted' || parts.store.readOnly) return trust;
    if (parts.store.meta.get(idKey) === null) parts.store.meta.set(idKey, randomBytes(16).toString('hex'));
    if (parts.mode === 'made' || !parts.wasThere) await trust.#made();
    return trust;
  }

  /** While it is, nothing of `restrictedKind` runs, no trigger fires and nothing outside is contacted. */
  get restricted(): boolean {
    if (this.#parts.mode === 'restricted') return true;
    return this.#parts.mode !== 'given' && !this.#isMadeHere && this.#entry() === null;
  }

  /** The entry of the user's list that this project is trusted by. */
  get entry(): TrustedProject | null {
    return this.#parts.mode === 'given' ? null : this.#entry();
  }

  /** The question does not come up: trusted for this process only, or always (tests). */
  get isGiven(): boolean {
    return this.#parts.mode === 'given';
  }

  /** Hears that the project was trusted, or is no longer. @returns stops. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The user trusts the project. @throws PenstockError `trust-unidentified`, those of the list and of the file. */
  async give(): Promise<void> {
    const id = this.#parts.store.meta.get(idKey);
    if (id === null) throw new PenstockError('trust-unidentified', 'This project was never opened for writing, so it cannot be told from another.', { remedy: 'Open it where it may be written to, then trust it.' });
    if (!this.restricted || this.#parts.mode === 'restricted') return;
    await this.#trusted.add({ ...this.#place(), id, since: Date.now(), how: 'given' });
    this.#parts.audit({ action: 'project.trusted', subject: 'project:trust', details: { path: this.#place().path } });
    this.#changed();
  }

  /** The user takes it back; what runs, runs to its end. */
  async revoke(): Promise<void> {
    this.#isMadeHere = false;
    if (!(await this.#trusted.remove(this.#place().path))) return;
    this.#parts.audit({ action: 'project.restricted', subject: 'project:trust', details: { path: this.#place().path } });
    this.#changed();
  }

  /** Why nodes do not run here, as a question for each of them; null where all do. */
  restriction(): NodeRestriction | null {
    if (!this.restricted) return null;
    const { filesDir, exceptions } = this.#parts;
    return (node, title, nodeId) => {
      const kind = restrictedKind(node, filesDir);
      if (kind === null) return null;
      const isExcepted = exceptions?.nodes.has(trustedNodeKey(node.type, node.params)) === true && mayBeExcepted.has(kind) && (kind !== 'database' || exceptions.databases);
      return isExcepted ? null : restrictedDiagnostic(kind, title, nodeId);
    };
  }

  /** @param what the sentence's beginning: `Databases of this project are not contacted`. @throws PenstockError `project-restricted`. */
  assert(what: string): void {
    if (this.restricted) throw restrictedError(what);
  }

  /** @throws PenstockError `project-restricted`. */
  assertDatabases(): void {
    if (this.#parts.exceptions?.databases !== true) this.assert('Databases of this project are not contacted');
  }

  async #made(): Promise<void> {
    this.#isMadeHere = true;
    const id = this.#parts.store.meta.get(idKey);
    if (id === null) return;
    try {
      await this.#trusted.add({ ...this.#place(), id, since: Date.now(), how: 'made' });
      this.#parts.audit({ action: 'project.trusted', subject: 'project:trust', details: { path: this.#place().path, how: 'made' } });
    } catch (error) {
      this.#parts.warn(`That you made this project could not be noted, so you will be asked whether you trust it: ${toDiagnostic(error).message}`);
    }
  }

  #entry(): TrustedProject | null {
    try {
      const { path: here, mark } = this.#place();
      const id = this.#parts.store.meta.get(idKey);
      return this.#trusted.list().find((one) => one.path === here && one.id === id && one.mark === mark) ?? null;
    } catch (error) {
      const { message } = toDiagnostic(error);
      if (message !== this.#warned) this.#parts.warn(message);
      this.#warned = message;
      return null;
    }
  }

  #place(): { path: string; mark: string } {
    const here = realpathSync(this.#parts.projectDir);
    return { path: here, mark: folderMark(here) };
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Number and birth of a folder: one that took its place has another. */
export function folderMark(folder: string): string {
  const { ino, birthtimeMs } = statSync(folder, { bigint: true });
  return `${ino}:${birthtimeMs}`;
}
