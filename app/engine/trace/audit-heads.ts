import { createPublicKey, randomUUID, sign, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { toDiagnostic } from '#app/core/errors.ts';
import { canonicalJson } from '#app/core/hash.ts';
import type { AuditHead, AuditStore, MetaStore, TraceStore } from '#app/store/index.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';
import { auditKey } from './audit-key.ts';

export interface AuditHeadsOptions {
  readonly audit: Pick<AuditStore, 'head'>;
  readonly trace: Pick<TraceStore, 'heads' | 'addHead'>;
  readonly meta: Pick<MetaStore, 'get' | 'set'>;
  /** The user's own folder, outside the project. */
  readonly configDir: string;
  readonly mayWrite: () => boolean;
  readonly warn: (message: string) => void;
}

/** What is signed: the project too, so that the head of one project's log does not stand for another's. */
export function headMessage(project: string, { seq, hash, at }: Pick<AuditHead, 'seq' | 'hash' | 'at'>): Buffer {
  return Buffer.from(canonicalJson({ format: 'penstock-audit-head', project, seq, hash, at }), 'utf8');
}

export function isSigned(project: string, head: AuditHead): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(head.publicKey, 'base64'), type: 'spki', format: 'der' });
    return key.asymmetricKeyType === 'ed25519' && verify(null, headMessage(project, head), key, Buffer.from(head.signature, 'base64'));
  } catch {
    return false;
  }
}

const projectKey = 'project-id';
const outsideSchema = z.object({ seq: z.number(), hash: z.string(), at: z.number(), publicKey: z.string(), signature: z.string() });

/** The project's name in signatures; it goes with the folder. Null before the first signature. */
export const projectId = (meta: Pick<MetaStore, 'get'>): string | null => meta.get(projectKey);

/** The same, made where there is none yet. */
export function makeProjectId(meta: Pick<MetaStore, 'get' | 'set'>): string {
  const known = projectId(meta);
  if (known !== null) return known;
  const made = randomUUID();
  meta.set(projectKey, made);
  return made;
}

/** The last head this user signed, kept outside the project: a log whose end was cut off together with its heads is noticed by it. */
export async function outsideHead(configDir: string, project: string): Promise<AuditHead | null> {
  try {
    return outsideSchema.parse(JSON.parse(await readFile(outsideFile(configDir, project), 'utf8')));
  } catch {
    return null;
  }
}

const outsideFile = (configDir: string, project: string): string => path.join(configDir, 'audit-heads', `${project.replaceAll(/[^0-9a-zA-Z-]/g, '')}.json`);

/** Waits this long after a record for more of them: one signature a batch. */
const batchMs = 2000;

/** Signs the end of the audit log: a moment after records were added, and when the project closes. */
export class AuditHeads {
  readonly #options: AuditHeadsOptions;
  #timer: NodeJS.Timeout | null = null;
  #signing: Promise<unknown> = Promise.resolve();
  #warned = false;

  constructor(options: AuditHeadsOptions) {
    this.#options = options;
  }

  /** A record was added. */
  noted(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => void this.#quietly(), batchMs);
    this.#timer.unref();
  }

  /** Signs the last record; the head there is where it is signed already; null for an empty log. @throws PenstockError of the key. */
  async sign(): Promise<AuditHead | null> {
    const work = this.#signing.catch(() => undefined).then(() => this.#sign());
    this.#signing = work;
    return work;
  }

  /** Signs what is not yet signed. What keeps it from that is a warning: nobody's work waits for a signature. */
  async close(): Promise<void> {
    const due = this.#timer !== null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (due) await this.#quietly();
    await this.#signing.catch(() => undefined);
  }

  async #quietly(): Promise<void> {
    this.#timer = null;
    try {
      await this.sign();
    } catch (error) {
      if (!this.#warned) this.#options.warn(`The audit log could not be signed: ${toDiagnostic(error).message}`);
      this.#warned = true;
    }
  }

  async #sign(): Promise<AuditHead | null> {
    const { audit, trace, meta, configDir, mayWrite } = this.#options;
    if (!mayWrite()) return trace.heads().at(-1) ?? null;
    const key = await auditKey(configDir);
    const last = audit.head();
    if (last === null) return null;
    const signed = trace.heads().at(-1);
    if (signed?.seq === last.seq && signed.hash === last.hash) return signed;
    const project = makeProjectId(meta);
    const about = { ...last, at: Date.now() };
    const head: AuditHead = { ...about, publicKey: key.publicKey, signature: sign(null, headMessage(project, about), key.privateKey).toString('base64') };
    trace.addHead(head);
    await writeFileAtomically(outsideFile(configDir, project), `${JSON.stringify(head)}\n`, { mode: 0o600 });
    return head;
  }
}
