import type { AuditHead } from '#app/store/index.ts';
import type { ProjectStore } from '../project/project-store.ts';
import { AuditHeads, outsideHead, projectId } from './audit-heads.ts';
import { readKey } from './audit-key.ts';
import { verifyAudit, type AuditVerdict } from './verify-audit.ts';

export interface TraceOptions {
  readonly store: ProjectStore;
  readonly configDir: string;
  readonly warn: (message: string) => void;
}

/** Where everything in a project comes from, and who did what. */
export class Trace {
  readonly #options: TraceOptions;
  readonly #heads: AuditHeads;

  constructor(options: TraceOptions) {
    this.#options = options;
    const { store, configDir, warn } = options;
    this.#heads = new AuditHeads({ audit: store.audit, trace: store.trace, meta: store.meta, configDir, mayWrite: () => !store.readOnly, warn });
  }

  /** A record was added to the audit log: it is signed in a moment. */
  audited(): void {
    this.#heads.noted();
  }

  /** Signs the audit log now. @throws PenstockError of the key. */
  signAudit(): Promise<AuditHead | null> {
    return this.#heads.sign();
  }

  /** @param key fingerprint of the key whose signatures count; null: any. */
  async verifyAudit(key: string | null = null): Promise<AuditVerdict> {
    const { store, configDir } = this.#options;
    const project = projectId(store.meta);
    const [outside, own] = await Promise.all([project === null ? null : outsideHead(configDir, project), readKey(configDir).catch(() => null)]);
    return verifyAudit({ audit: store.audit, project, heads: store.trace.heads(), outside, key, own: own?.fingerprint ?? null });
  }

  /** Of the user's key; null before it was made. */
  async auditFingerprint(): Promise<string | null> {
    return (await readKey(this.#options.configDir))?.fingerprint ?? null;
  }

  async close(): Promise<void> {
    await this.#heads.close();
  }
}
