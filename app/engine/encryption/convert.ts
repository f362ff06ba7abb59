import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import { TableRewriter } from '#app/data/index.ts';
import { beginConversion, finishConversion } from '#app/sealing/conversion.ts';
import { keyRingFile, type KeyRing } from '#app/sealing/key-ring.ts';
import { openLog } from '#app/sealing/log.ts';
import { sealBytes, sealedKind, unsealBytes } from '#app/sealing/stream.ts';
import { lockVault, makeVault, unlockVault, vaultOfProject, type Vault } from '#app/sealing/vault.ts';
import { convertDatabase, convertedList, openStore } from '#app/store/index.ts';

/** What Penstock writes in a project folder. `data/` and `bundles/` are people's own files, which other programs read; see the guide. */
export const folders = ['pipelines', 'components', 'journals', 'reports', 'trash', 'servers', 'requests', 'references', 'lineage', 'audit-inbox'];
const databases = ['penstock.db', 'features.db', 'access.db'];
export const files = ['connections.json', 'notifications.json', 'project.brief.json', 'database-reads.json', 'penstock.ci.json'];

export interface ConversionOptions {
  readonly projectDir: string;
  /** What the project is to have: a key and its ring, or none of both. */
  readonly to: { readonly key: Uint8Array; readonly ring: KeyRing } | null;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((done: number, of: number) => void) | undefined;
}

/**
 * Encrypts a project, takes its encryption away, or encrypts it by another key. Nobody may have it open; its vault must be open where it is
 * encrypted. Killed at any moment the project is the old one or the new one, and the next opening tidies up.
 * @throws PenstockError `project-locked`, `disk-full`, CancelledError; the project is as it was then.
 */
export async function convertProject({ projectDir, to, signal, progress }: ConversionOptions): Promise<void> {
  await finishConversion(projectDir);
  const from = vaultOfProject(projectDir);
  const lease = openStore(projectDir);
  if (lease.readOnly) {
    lease.close();
    throw new PenstockError('project-locked', `The project ${projectDir} is open in another process.`, { remedy: 'Close it there, then try again.' });
  }
  const conversion = await beginConversion(projectDir);
  try {
    // What is made under the lease has no lease in it: it is opened anew.
    lease.close();
    const wanted = to === null ? null : makeVault(projectDir, to.key);
    const work = await workOf(projectDir, from, wanted);
    const rewriter = await TableRewriter.open();
    try {
      for (const [index, { source, target }] of work.entries()) {
        if (signal?.aborted) throw new CancelledError();
        progress?.(index, work.length);
        const out = path.join(conversion.folder, target);
        await mkdir(path.dirname(out), { recursive: true });
        await convertFile(path.join(projectDir, source), out, { from, to: wanted, rewriter });
      }
    } finally {
      rewriter.close();
    }
    const ids = work.map(({ target }) => path.basename(target)).filter((name) => /^[0-9a-f]{64}$/.test(name));
    if (to === null && ids.length > 0) await writeFile(path.join(conversion.folder, 'artifacts', convertedList), `${ids.join('\n')}\n`);
    if (to !== null) await writeFile(path.join(conversion.folder, keyRingFile), `${JSON.stringify(to.ring, null, 2)}\n`, { mode: 0o600 });
    if (signal?.aborted) throw new CancelledError();
    const targets = new Set(work.map(({ target }) => target));
    const gone = work.flatMap(({ source, target }) => (source !== target && !targets.has(source) ? [source] : []));
    const logs = databases.flatMap((name) => [`${name}-wal`, `${name}-shm`]);
    await conversion.commit([...gone, ...logs, ...(to === null ? [keyRingFile, 'sealed'] : from === null ? ['artifacts'] : [])]);
    progress?.(work.length, work.length);
  } catch (error) {
    await conversion.abandon();
    throw error;
  }
  if (to === null) lockVault(projectDir);
  else unlockVault(projectDir, to.key);
}

interface Piece {
  readonly source: string;
  readonly target: string;
}

async function workOf(projectDir: string, from: Vault | null, to: Vault | null): Promise<Piece[]> {
  const root = (vault: Vault | null): string => (vault === null ? 'artifacts' : 'sealed');
  const work: Piece[] = [];
  for (const name of await readdir(projectDir)) {
    if (databases.includes(name) || /\.db\.v\d+\.backup$/.test(name) || files.includes(name)) work.push({ source: name, target: name });
  }
  for (const folder of [...folders, root(from)]) {
    if (!existsSync(path.join(projectDir, folder))) continue;
    for (const entry of await readdir(path.join(projectDir, folder), { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || entry.name.endsWith('.tmp') || entry.name.endsWith('.partial')) continue;
      const source = path.relative(projectDir, path.join(entry.parentPath, entry.name));
      // Left-overs of a crash, and parts of a scoring that can be made again.
      if (folder === root(from) && (entry.name === convertedList || /[\\/](tmp|[^\\/]+\.parts)[\\/]/.test(source))) continue;
      work.push({ source, target: folder === root(from) ? path.join(root(to), path.relative(folder, source)) : source });
    }
  }
  return work;
}

interface Keys {
  readonly from: Vault | null;
  readonly to: Vault | null;
  readonly rewriter: TableRewriter;
}

async function convertFile(source: string, target: string, { from, to, rewriter }: Keys): Promise<void> {
  const name = path.basename(source);
  if (/\.db(\.v\d+\.backup)?$/.test(name)) {
    convertDatabase({ file: source, key: from?.databaseKey(name) ?? null }, { file: target, key: to?.databaseKey(name) ?? null });
    return;
  }
  const handle = await open(source, 'r');
  const head = (await handle.read(Buffer.alloc(4), 0, 4, 0)).buffer.toString('latin1');
  await handle.close();
  const isArtifact = /^[0-9a-f]{64}$/.test(name);
  if (isArtifact && (head === 'PAR1' || head === 'PARE')) {
    await rewriter.rewrite({ file: source, key: head === 'PARE' ? (from?.tableKey(name) ?? null) : null }, { file: target, key: to?.tableKey(name) ?? null });
    return;
  }
  const stored = await readFile(source);
  const kind = sealedKind(stored);
  const plain = kind === null || from === null ? stored : kind === 'file' ? unsealBytes(from.key, stored, source) : Buffer.concat(openLog(from.key, stored, source));
  await writeFile(target, to === null ? plain : sealBytes(to.key, plain), { mode: 0o600 });
}
