import { toDiagnostic } from '#app/core/errors.ts';
import { leaveAudit, takeAudits, type AuditEvent, type AuditHead } from '#app/store/index.ts';
import type { ProjectStore } from '../project/project-store.ts';
import { AuditHeads, outsideHead, projectId } from './audit-heads.ts';
import { readKey } from './audit-key.ts';
import { verifyAudit, type AuditVerdict } from './verify-audit.ts';

export interface AuditTrailOptions {
  readonly store: Pick<ProjectStore, 'audit' | 'trace' | 'meta' | 'readOnly'>;
  readonly projectDir: string;
  readonly configDir: string;
  readonly warn: (message: string) => void;
}

/** How often it is looked for what other processes did meanwhile, ms. */
const inboxMs = 3000;

/** The audit log with its signatures. */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #heads: AuditHeads;
  readonly #inbox: NodeJS.Timeout;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
    const { store, configDir, warn } = options;
    this.#heads = new AuditHeads({ audit: store.audit, trace: store.trace, meta: store.meta, configDir, mayWrite: () => !store.readOnly, warn });
    this.#inbox = setInterval(() => this.takeIn(), inboxMs).unref();
    this.takeIn();
  }

  /** What a process did that may not write to the project: kept for the one that may. Never fails what was done. */
  leave(event: AuditEvent): void {
    try {
      leaveAudit(this.#options.projectDir, event);
    } catch (error) {
      this.#options.warn(`“${event.action}” of ${event.subject} is not in the audit log: ${toDiagnostic(error).message}`);
    }
  }

  /** Takes what others left into the log. */
  takeIn(): void {
    const { store, projectDir, warn } = this.#options;
    if (store.readOnly) return;
    try {
      const { taken, refused } = takeAudits(projectDir, store.audit);
      if (taken > 0) this.audited();
      for (const name of refused) warn(`audit-inbox/${name} is no entry of the audit log, and was put aside.`);
    } catch (error) {
      warn(`What other processes did could not be taken into the audit log: ${toDiagnostic(error).message}`);
    }
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
    clearInterval(this.#inbox);
    this.takeIn();
    return this.#heads.close();
  }
}
