import { mkdir, mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ensureUnlocked } from '#app/sealing/unlock.ts';
import { memoryPrefix, sweepMemory } from '#app/sealing/working-folder.ts';
import type { Vault } from '#app/sealing/vault.ts';
import { isProcessAlive } from '#app/store/index.ts';

/** Makes a project's folder where it may, and gives its vault: null where it is not encrypted. @throws PenstockError `project-encrypted`. */
export async function openFolder({ projectDir, readOnly }: { readonly projectDir: string; readonly readOnly?: boolean }): Promise<Vault | null> {
  if (readOnly !== true) await mkdir(projectDir, { recursive: true });
  return ensureUnlocked(projectDir);
}

/** A folder for working files, in memory where the project is encrypted; left-overs of killed processes go there. */
export async function makeTempDir(vault: Vault | null): Promise<string> {
  if (vault === null) return mkdtemp(path.join(os.tmpdir(), 'penstock-'));
  sweepMemory((pid) => isProcessAlive(pid, 'unknown '));
  return mkdtemp(memoryPrefix());
}
