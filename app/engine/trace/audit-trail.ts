import type { AuditHead } from '#app/store/index.ts';
import type { ProjectStore } from '../project/project-store.ts';
import { AuditHeads, outsideHead, projectId } from './audit-heads.ts';
import { readKey } from './audit-key.ts';
import { verifyAudit, type AuditVerdict } from './verify-audit.ts';

export interface AuditTrailOptions {
  readonly store: Pick<ProjectStore, 'audit' | 'trace' | 'meta' | 'readOnly'>;
  readonly configDir: string;
  readonly warn: (message: string) => void;
}

/** The audit log with its signatures. */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #heads: AuditHeads;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
    const { store, configDir, warn } = options;
    this.#heads = new AuditHeads({ audit: store.audit, trace: store.trace, meta: store.meta, configDir, mayWrite: () => !store.readOnly, warn });
  }

  /** A record was added: it is signed in a moment. */
  audited(): void {
    this.#heads.noted();
  }

  /** Signs the log now. @throws PenstockError of the key. */
  sign(): Promise<AuditHead | null> {
    return this.#heads.sign();
  }

  /** @param key fingerprint of the key whose signatures count; null: any. */
  async verify(key: string | null = null): Promise<AuditVerdict> {
    const { store, configDir } = this.#options;
    const project = projectId(store.meta);
    const [outside, own] = await Promise.all([project === null ? null : outsideHead(configDir, project), readKey(configDir).catch(() => null)]);
    return verifyAudit({ audit: store.audit, project, heads: store.trace.heads(), outside, key, own: own?.fingerprint ?? null });
  }

  /** Fingerprint of the user's key; null before it was made. */
  async key(): Promise<string | null> {
    return (await readKey(this.#options.configDir))?.fingerprint ?? null;
  }

  close(): Promise<void> {
    return this.#heads.close();
  }
}
