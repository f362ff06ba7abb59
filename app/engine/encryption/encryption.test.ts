import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '#app/data/index.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { emptyDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { ReportHistory } from '#app/reports/report-history.ts';
import type { Relation } from '#app/relation/types.ts';
import { finishConversion } from '#app/sealing/conversion.ts';
import { readKeyFile } from '#app/sealing/key-file.ts';
import { isEncrypted } from '#app/sealing/key-ring.ts';
import { newRecoveryKey } from '#app/sealing/recovery-key.ts';
import { ensureUnlocked, unlockWith } from '#app/sealing/unlock.ts';
import { lockVault, vaultOf } from '#app/sealing/vault.ts';
import { duckDbSize } from '../planning/limits.ts';
import { DesktopSession } from '../desktop-session.ts';
import { Engine } from '../engine.ts';
import type { ConvertEvent } from './lock.ts';
import { addKeyFile, changePassphrase, decryptProject, encryptProject, newRecoveryKeyOf, rotateKey } from './keys.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const needle = 'NEEDLE7f3a';
const passphrase = 'correct horse battery';
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) {
    lockVault(path.join(folder, 'project'));
    rmSync(folder, { recursive: true, force: true });
  }
});

function place(): { projectDir: string; filesDir: string; keyFile: string } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-enc-'));
  folders.push(folder);
  return { projectDir: path.join(folder, 'project'), filesDir: path.join(folder, 'files'), keyFile: path.join(folder, 'key') };
}

const open = (projectDir: string, filesDir: string): Promise<Engine> => Engine.open({ projectDir, filesDir, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist') });

/** Cells, a param, the title, a node's title and comment, and a note all hold the needle. */
async function planted(filesDir: string): Promise<PipelineDocument> {
  await mkdir(filesDir, { recursive: true });
  const lines = Array.from({ length: 3000 }, (_, i) => `${needle}cell${i},${i % 7},${i % 2 === 0 ? 'yes' : 'no'}`);
  await writeFile(path.join(filesDir, 'rows.csv'), `${['name', 'size', 'label'].join(',')}\n${lines.join('\n')}\n`);
  const node = (id: string, type: string, params: Record<string, unknown>): PipelineDocument['nodes'][number] => ({ id, type, version: 1, title: `${needle}node ${id}`, comment: `${needle}comment ${id}`, params });
  return {
    ...emptyDocument('planted', `${needle}title`),
    nodes: [
      node('read', 'data/csv-reader', { path: 'rows.csv' }),
      node('filter', 'transform/filter-rows', { expression: `name <> '${needle}param'` }),
      node('learn', 'train/logistic-regression', { target: 'label', features: ['size'] }),
    ],
    edges: [
      { id: 'e1', from: { node: 'read', port: 'table' }, to: { node: 'filter', port: 'table' } },
      { id: 'e2', from: { node: 'filter', port: 'table' }, to: { node: 'learn', port: 'table' } },
    ],
    notes: [{ id: 'note', text: `${needle}note`, x: 0, y: 0, width: 200, height: 100 }],
  } as PipelineDocument;
}

async function run(engine: Engine, document: PipelineDocument): Promise<string[]> {
  const started = await engine.startRun({ document, path: null });
  await started.finished;
  const detail = engine.store.records.get(started.runId);
  return (detail?.nodes ?? []).map((one) => `${one.nodeId} ${one.status} ${one.diagnostics.map((d) => d.message).join(' ')}`);
}

/** Files under a folder that hold the needle as UTF-8 or UTF-16, or in their name. */
function found(folder: string): string[] {
  const wanted = [Buffer.from(needle), Buffer.from(needle, 'utf16le')];
  return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) => {
    const at = path.join(entry.parentPath, entry.name);
    if (entry.name.includes(needle)) return [at];
    return entry.isFile() && wanted.some((one) => readFileSync(at).includes(one)) ? [at] : [];
  });
}

describe('an encrypted project', () => {
  it('has no planted plaintext in any file, during and after a run', async () => {
    const { projectDir, filesDir } = place();
    const document = await planted(filesDir);
    // What goes into the system's folder for temporary files is looked through, too.
    const temp = path.join(path.dirname(projectDir), 'temp');
    await mkdir(temp);
    vi.stubEnv('TMPDIR', temp);
    await (await open(projectDir, filesDir)).close();
    await encryptProject(projectDir, { passphrase });
    const engine = await open(projectDir, filesDir);
    const { path: file } = await engine.pipelines.create('Planted', document);
    await engine.pipelines.append(file, { ...document, title: `${needle}edited` }, { entries: [], position: 0 });
    const { path: report } = await engine.reports.create('Planted');
    const { version, ...earlier } = await engine.reports.open(report);
    const history = new ReportHistory(earlier.report);
    history.apply({ type: 'settings', settings: { title: `${needle}report` } });
    history.apply({ type: 'add', blocks: [{ id: 'b', type: 'text', markdown: `${needle}text`, place: { x: 0, y: 0, w: 12, h: 3 } }] });
    await engine.reports.save(report, history.report, { after: [version], base: 0, entries: history.entries, position: 2 });
    expect(await run(engine, document)).toEqual(['read', 'filter', 'learn'].map((id) => expect.stringMatching(new RegExp(`^${id} succeeded`))));
    expect([...found(projectDir), ...found(temp)]).toEqual([]);
    expect(readdirSync(path.join(projectDir, 'journals'))).toContain('reports%2Fplanted.report.json.jsonl');
    await engine.close();
    expect([...found(projectDir), ...found(temp)]).toEqual([]);
    expect(readdirSync(path.join(projectDir, 'sealed')).length).toBeGreaterThan(0);
    const again = await open(projectDir, filesDir);
    expect(await run(again, document)).toEqual(['read', 'filter', 'learn'].map((id) => expect.stringMatching(new RegExp(`^${id} cached`))));
    const opened = await again.pipelines.open(file);
    expect(opened.document.title).toBe(`${needle}edited`);
    const kept = await again.reports.open(report);
    expect([kept.report.title, kept.history.length, kept.position]).toEqual([`${needle}report`, 2, 2]);
    expect([...found(projectDir), ...found(temp)]).toEqual([]);
    await again.close();
    vi.unstubAllEnvs();
  });

  it('has none on disk after a kill in the middle of a run either, and goes on', async () => {
    const { projectDir, filesDir, keyFile } = place();
    const document = await planted(filesDir);
    await (await open(projectDir, filesDir)).close();
    await encryptProject(projectDir, { keyFile });
    lockVault(projectDir);
    const file = path.join(path.dirname(projectDir), 'given.pipeline.json');
    await writeFile(file, serialiseDocument({ ...document, nodes: document.nodes.map((node) => (node.id === 'read' ? { ...node, params: { path: path.join(filesDir, 'rows.csv') } } : node)) }));
    const child = spawn(process.execPath, [path.join(root, 'bench/child.mjs'), path.join(import.meta.dirname, 'run-child.ts'), JSON.stringify({ projectDir, filesDir, keyFile, file })], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    child.stdout.on('data', (text: Buffer) => void (text.toString().includes('read') ? child.kill('SIGKILL') : undefined));
    // It was killed, and did not end by itself before.
    expect(await ended).toBe('SIGKILL');
    expect(readdirSync(path.join(projectDir, 'sealed')).length).toBeGreaterThan(0);
    expect(found(projectDir)).toEqual([]);
    await unlockWith(projectDir, { fileContent: await readKeyFile(keyFile) });
    const again = await open(projectDir, filesDir);
    expect((await run(again, document)).join('\n')).not.toContain('failed');
    await again.close();
  }, 240_000);

  it('opens by passphrase, recovery key and key file, and by nothing else', async () => {
    const { projectDir, filesDir, keyFile } = place();
    await (await open(projectDir, filesDir)).close();
    const { recoveryKey } = await encryptProject(projectDir, { passphrase });
    await addKeyFile(projectDir, keyFile);
    lockVault(projectDir);
    const before = readFileSync(path.join(projectDir, 'penstock.db'));
    await expect(open(projectDir, filesDir)).rejects.toMatchObject({ code: 'project-encrypted' });
    await expect(unlockWith(projectDir, { passphrase: `${passphrase}!` })).rejects.toMatchObject({ code: 'passphrase-wrong' });
    await expect(unlockWith(projectDir, { recoveryKey: newRecoveryKey() })).rejects.toMatchObject({ code: 'recovery-key-wrong' });
    await expect(unlockWith(projectDir, { fileContent: randomBytes(32) })).rejects.toMatchObject({ code: 'key-file-wrong' });
    await expect(open(projectDir, filesDir)).rejects.toMatchObject({ code: 'project-encrypted' });
    expect(readFileSync(path.join(projectDir, 'penstock.db')).equals(before)).toBe(true);
    for (const given of [{ passphrase }, { recoveryKey: recoveryKey.toLowerCase().replaceAll('-', ' ') }, { fileContent: await readKeyFile(keyFile) }]) {
      await unlockWith(projectDir, given);
      await (await open(projectDir, filesDir)).close();
      lockVault(projectDir);
    }
  });

  it('gets another passphrase without any file being written anew; the earlier one and the earlier recovery key are of no use then', async () => {
    const { projectDir, filesDir } = place();
    await (await open(projectDir, filesDir)).close();
    const { recoveryKey } = await encryptProject(projectDir, { passphrase });
    const stamp = statSync(path.join(projectDir, 'penstock.db')).mtimeMs;
    await changePassphrase(projectDir, 'another long passphrase');
    const next = await newRecoveryKeyOf(projectDir);
    expect(statSync(path.join(projectDir, 'penstock.db')).mtimeMs).toBe(stamp);
    await expect(changePassphrase(projectDir, 'short')).rejects.toMatchObject({ code: 'passphrase-short' });
    lockVault(projectDir);
    await expect(unlockWith(projectDir, { passphrase })).rejects.toMatchObject({ code: 'passphrase-wrong' });
    await expect(unlockWith(projectDir, { recoveryKey })).rejects.toMatchObject({ code: 'recovery-key-wrong' });
    await unlockWith(projectDir, { passphrase: 'another long passphrase' });
    await unlockWith(projectDir, { recoveryKey: next });
  });

  it('is not opened by a key file that others may read', async () => {
    const { projectDir, filesDir, keyFile } = place();
    await (await open(projectDir, filesDir)).close();
    await encryptProject(projectDir, { keyFile });
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    lockVault(projectDir);
    await chmod(keyFile, 0o640);
    await expect(ensureUnlocked(projectDir, { PENSTOCK_KEY_FILE: keyFile })).rejects.toMatchObject({ code: 'key-file-unsafe' });
    await chmod(keyFile, 0o600);
    expect(await ensureUnlocked(projectDir, { PENSTOCK_KEY_FILE: keyFile })).not.toBeNull();
  });

  it('keeps its results when it is encrypted, encrypted anew and decrypted', async () => {
    const { projectDir, filesDir } = place();
    const document = await planted(filesDir);
    const first = await open(projectDir, filesDir);
    const { path: file } = await first.pipelines.create('Kept', document);
    await run(first, document);
    await first.close();
    expect(found(projectDir).length).toBeGreaterThan(2);
    await encryptProject(projectDir, { passphrase });
    expect(found(projectDir)).toEqual([]);
    const cached = async (): Promise<void> => {
      const engine = await open(projectDir, filesDir);
      expect((await run(engine, document)).map((line) => line.split(' ')[1])).toEqual(['cached', 'cached', 'cached']);
      expect((await engine.pipelines.open(file)).document.title).toBe('Kept');
      await engine.close();
    };
    await cached();
    await rotateKey(projectDir, { passphrase: 'one more passphrase' });
    expect(found(projectDir)).toEqual([]);
    await cached();
    await decryptProject(projectDir);
    expect(existsSync(path.join(projectDir, 'sealed')) || existsSync(path.join(projectDir, 'keys.json'))).toBe(false);
    await cached();
  });

  it('is the old project or the new one after a kill at any moment of a conversion', async () => {
    const { projectDir, filesDir } = place();
    const document = await planted(filesDir);
    const first = await open(projectDir, filesDir);
    await run(first, document);
    await first.close();
    const kills = Number(process.env['PENSTOCK_KILLS'] ?? 3);
    let converted = 0;
    // Nears the end of a conversion, whatever the machine is doing: later after one that was undone, earlier after one that was not.
    let wait = 1500;
    for (let i = 0; i < kills; i += 1) {
      const before = isEncrypted(projectDir) ? readFileSync(path.join(projectDir, 'keys.json'), 'utf8') : null;
      const child = spawn(process.execPath, [path.join(import.meta.dirname, 'convert-child.ts'), projectDir, before === null ? 'encrypt' : i % 2 === 0 ? 'decrypt' : 'rotate', passphrase], { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise<void>((resolve) => {
        child.stdout.once('data', () => void setTimeout(() => child.kill('SIGKILL'), wait));
        child.once('close', () => resolve());
      });
      await finishConversion(projectDir);
      const after = isEncrypted(projectDir) ? readFileSync(path.join(projectDir, 'keys.json'), 'utf8') : null;
      converted += Number(after !== before);
      wait *= after === before ? 1.4 : 0.75;
      if (after !== null) await unlockWith(projectDir, { passphrase });
      const engine = await open(projectDir, filesDir);
      expect((await run(engine, document)).map((line) => line.split(' ')[1])).toEqual(['cached', 'cached', 'cached']);
      await engine.close();
      if (after !== null) expect(found(projectDir)).toEqual([]);
      lockVault(projectDir);
    }
    process.stderr.write(`conversion killed ${kills} times: ${kills} of ${kills} whole, ${converted} of them had come to be the new one\n`);
  }, 600_000);

  it('is not converted by the list of a project from elsewhere that names files outside', async () => {
    const { projectDir, filesDir } = place();
    await (await open(projectDir, filesDir)).close();
    const victim = path.join(path.dirname(projectDir), 'victim.txt');
    await writeFile(victim, 'mine');
    await mkdir(path.join(projectDir, '.penstock-convert', 'new'), { recursive: true });
    await writeFile(path.join(projectDir, '.penstock-convert', 'ready.json'), JSON.stringify({ replace: [], remove: ['../victim.txt'] }));
    await expect(open(projectDir, filesDir)).rejects.toThrow();
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  });

  it('waits in the window for its passphrase, opens by it, and is converted there with a way back', async () => {
    const { projectDir, filesDir } = place();
    const document = await planted(filesDir);
    const first = await open(projectDir, filesDir);
    await run(first, document);
    await first.close();
    const session = new DesktopSession(() => open(projectDir, filesDir), projectDir);
    await session.open();
    const cancel = new AbortController();
    const cancelled = (async () => {
      for await (const event of session.convert({ to: 'encrypted', passphrase }, cancel.signal)) if (event.type === 'progress') cancel.abort();
    })();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect([isEncrypted(projectDir), session.isLocked, existsSync(path.join(projectDir, '.penstock-convert'))]).toEqual([false, false, false]);
    const events: ConvertEvent[] = [];
    for await (const event of session.convert({ to: 'encrypted', passphrase }, new AbortController().signal)) events.push(event);
    expect(events.at(-1)).toMatchObject({ type: 'done', recoveryKey: expect.stringMatching(/^(\w{5}-){6}\w{5}$/) });
    expect(session.isLocked).toBe(false);
    await session.close();
    lockVault(projectDir);
    const later = new DesktopSession(() => open(projectDir, filesDir), projectDir);
    await later.open();
    expect([later.isLocked, Object.keys(later.router)]).toEqual([true, ['encryption']]);
    await expect(later.unlock({ passphrase: 'not this one at all' })).rejects.toMatchObject({ code: 'passphrase-wrong' });
    expect(later.isLocked).toBe(true);
    await later.unlock({ passphrase });
    expect(later.isLocked).toBe(false);
    await later.close();
  });

  it('spills to no disk: a query beyond its memory says so where there is no file system in memory', async () => {
    const { projectDir, filesDir } = place();
    await (await open(projectDir, filesDir)).close();
    await encryptProject(projectDir, { passphrase });
    const database = await openDatabase({ tempDir: path.join(filesDir, 'spill'), memoryLimit: '40MB', tempLimit: duckDbSize(0), vault: vaultOf(projectDir) });
    const rows: Relation = { op: 'scan', source: { kind: 'backend', sql: "select s, row_number() over (order by s) as i from (select hash(i)::varchar || repeat('x', 100) as s from range(600000) t(i))" }, schema: [{ name: 's', type: 'string' }, { name: 'i', type: 'integer' }], label: 'rows' };
    await expect(database.writeParquet(rows, path.join(filesDir, 'out.parquet'))).rejects.toMatchObject({ code: 'out-of-memory', remedy: expect.stringContaining('PENSTOCK_RAM_DIR') });
    await database.close();
    expect(existsSync(path.join(filesDir, 'spill')) ? readdirSync(path.join(filesDir, 'spill')).filter((name) => !name.startsWith('profile-')) : []).toEqual([]);
  });
});
