import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from '#app/cli/program.ts';
import { PenstockError } from '#app/core/errors.ts';
import { PipelineFiles } from '#app/engine/project/pipeline-files.ts';
import { fixtureDocument, openTestEngine } from '#app/engine/testing.ts';
import { History } from '#app/pipeline/history.ts';
import { documentHash } from '#app/pipeline/journal.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { randomEdit, seeded } from '#app/pipeline/testing-edits.ts';
import { openStore } from '#app/store/index.ts';
import { testRun } from '#app/store/testing.ts';
import { count, rounds } from './counts.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-damage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const random = seeded(Number(process.env['PENSTOCK_KILL_SEED'] ?? 1));
const below = (limit: number): number => Math.floor(random() * limit);

/** Cut off, a byte changed, or a stretch of zeros: what crashes, bad disks and stray hands leave. */
function damage(bytes: Buffer): Buffer {
  const at = below(bytes.length);
  const kind = below(3);
  if (kind === 0) return bytes.subarray(0, at);
  const copy = Buffer.from(bytes);
  if (kind === 1) copy[at] = (copy[at] ?? 0) ^ (1 + below(255));
  else copy.fill(0, at, Math.min(bytes.length, at + 1 + below(4096)));
  return copy;
}

describe('a torn or corrupt file of a project', () => {
  const times = rounds(25, 400);

  it('of a pipeline is left untouched, its damage named, and its last good version offered', { timeout: 300_000 }, async () => {
    const seen = { whole: 0, offered: 0 };
    const root = path.join(folder, 'pipelines-damaged');
    const { path: relative } = await new PipelineFiles(root).create('Precious');
    const file = path.join(root, relative);
    const files = new PipelineFiles(root);
    const opened = await files.open(relative);
    const history = new History(opened.document, opened.history, opened.position);
    for (let edit = 0; edit < 40; edit++) {
      try {
        history.apply(randomEdit(history.document, random).command);
      } catch (error) {
        if (!(error instanceof PenstockError)) throw error;
      }
    }
    const unsaved = history.unsaved();
    if (unsaved !== null) await files.append(relative, history.document, unsaved);
    await files.flush();
    const good = documentHash((await new PipelineFiles(root).open(relative)).document);
    const text = readFileSync(file);
    for (let time = 0; time < times; time++) {
      const project = path.join(folder, 'pipeline-copy');
      cpSync(root, project, { recursive: true });
      const damaged = damage(text);
      writeFileSync(path.join(project, relative), damaged);
      const found = await new PipelineFiles(project).open(relative).then(
        () => null,
        (error: unknown) => error,
      );
      if (found === null) {
        // What was changed is the value of a field: the file is a pipeline still.
        expect(() => parseDocument(damaged.toString('utf8'))).not.toThrow();
        seen.whole += 1;
      } else {
        expect(found).toBeInstanceOf(PenstockError);
        const { message, remedy = '' } = found as PenstockError;
        expect(message).toMatch(/line \d+|is wrong at|not a pipeline document|two \w+s with the id|does not say which version|key named|newer Penstock/);
        expect(readFileSync(path.join(project, relative)).equals(damaged), 'untouched').toBe(true);
        const offered = /pipelines\/\S+-recovered\.pipeline\.json/.exec(remedy)?.[0];
        if (offered !== undefined) {
          expect(documentHash((await new PipelineFiles(project).open(offered)).document)).toBe(good);
          seen.offered += 1;
        } else expect(message).toContain('newer Penstock');
      }
      rmSync(project, { recursive: true });
    }
    count('damage', `corrupt pipeline file: ${times} damages, ${seen.offered} refused with the place named, original untouched, last good version offered; ${seen.whole} still a whole pipeline`);
  });

  it('of a journal never costs the saved pipeline', { timeout: 300_000 }, async () => {
    const root = path.join(folder, 'journal-damaged');
    const files = new PipelineFiles(root);
    const { path: relative } = await files.create('Journalled');
    const opened = await files.open(relative);
    const history = new History(opened.document, opened.history, opened.position);
    const versions = new Set([documentHash(history.document)]);
    for (let edit = 0; edit < 12; edit++) {
      history.apply({ type: 'set-document', title: `Edit ${edit}` });
      const unsaved = history.unsaved();
      if (unsaved === null) continue;
      await files.append(relative, history.document, unsaved);
      history.markSaved(unsaved);
      versions.add(documentHash(history.document));
    }
    // As a kill leaves it: the file is old, the journal has the edits.
    const [journal = ''] = readdirSync(path.join(root, 'journals')).filter((name) => name.endsWith('.pipeline.json.jsonl') || (name.endsWith('.jsonl') && !name.includes('timeline')));
    const bytes = readFileSync(path.join(root, 'journals', journal));
    for (let time = 0; time < times; time++) {
      const project = path.join(folder, 'journal-copy');
      cpSync(root, project, { recursive: true });
      writeFileSync(path.join(project, 'journals', journal), damage(bytes));
      const again = await new PipelineFiles(project).open(relative);
      expect(versions.has(documentHash(again.document)), `time ${time}: some version that there was`).toBe(true);
      rmSync(project, { recursive: true });
    }
    await files.flush();
    count('damage', `corrupt journal: ${times} of ${times} opened with a version that there was`);
  });

  it('of the database is found before anything is written, left untouched, and its last good copy put back on request', { timeout: 300_000 }, async () => {
    const root = path.join(folder, 'database-damaged');
    const store = openStore(root);
    store.together(() => {
      for (let run = 0; run < 300; run++) store.runs.start({ ...testRun(`run-${run}`), document: `{"n":${run},"text":"${'x'.repeat(400)}"}` });
    });
    store.close();
    openStore(root).close();
    expect(readdirSync(root).filter((name) => name.endsWith('.backup'))).toHaveLength(1);
    const bytes = readFileSync(path.join(root, 'penstock.db'));
    const seen = { found: 0, placed: 0, unnoticed: 0 };
    for (let time = 0; time < times; time++) {
      const project = path.join(folder, 'database-copy');
      cpSync(root, project, { recursive: true });
      const file = path.join(project, 'penstock.db');
      const damaged = damage(bytes);
      writeFileSync(file, damaged);
      let error: unknown = null;
      try {
        const opened = openStore(project);
        try {
          for (const { runId } of opened.runs.list({ limit: 1000 })) opened.runs.nodes(runId);
        } finally {
          opened.close();
        }
      } catch (thrown) {
        error = thrown;
      }
      if (error === null) seen.unnoticed += 1;
      else {
        expect(error, `time ${time}`).toBeInstanceOf(PenstockError);
        const { code, message, remedy = '' } = error as PenstockError;
        expect(['store-damaged', 'store-newer', 'record-damaged'], `${code}: ${message}`).toContain(code);
        if (code === 'store-damaged') {
          expect(readFileSync(file).equals(damaged), `time ${time}: untouched`).toBe(true);
          expect(message).toContain(file);
          expect(remedy).toContain('penstock storage --restore');
          seen.found += 1;
          if (/page \d+|in “/.test(message)) seen.placed += 1;
        }
      }
      if (error !== null && time % 10 === 0) {
        const said: string[] = [];
        expect(await runProgram(['storage', '--restore', '--project', project], { out: (text) => said.push(text), error: (text) => said.push(text), isTty: false }), said.join('')).toBe(0);
        const again = openStore(project);
        expect(again.runs.list({ limit: 1000 })).toHaveLength(300);
        again.close();
        expect(readdirSync(project).some((name) => name.startsWith('penstock.db.damaged-'))).toBe(true);
      }
      rmSync(project, { recursive: true });
    }
    expect(seen.found).toBeGreaterThan(0);
    count('damage', `corrupt database: ${times} damages, ${seen.found} found on opening (${seen.placed} with table or page), original untouched; ${seen.unnoticed} in unused space or in a value`);
  });

  it('of a stored result is named by its node, set aside, and made anew by the next run', { timeout: 900_000 }, async () => {
    let test = await openTestEngine();
    const results = rounds(3, 30);
    const seen = { named: 0, anew: 0, unread: 0 };
    try {
      for (let time = 0; time < results; time++) {
        const document = (extra: boolean): ReturnType<typeof fixtureDocument> =>
          fixtureDocument(
            {
              nodes: [
                { id: 'rows', type: 'data/synthetic-data', title: 'My rows', params: { rows: 3000, seed: time, preset: 'regression', features: 4, informative: 3, noise: 1 } },
                ...(extra ? [{ id: 'fit', type: 'train/linear-regression', params: { target: 'y' } }] : []),
              ],
              edges: extra ? [['rows.table', 'fit.table']] : [],
            },
            test.engine.catalogue,
          );
        expect((await test.run(document(false))).status).toBe('succeeded');
        const value = await test.value(document(false), 'rows', 'table');
        const source = value.kind === 'table' && value.relation.op === 'scan' ? value.relation.source : null;
        const file = source?.kind === 'parquet' ? (source.paths[0] ?? '') : '';
        const bytes = readFileSync(file);
        await chmod(file, 0o644);
        const cut = Buffer.from(bytes);
        const at = 4 + below(bytes.length - 2000);
        cut.fill(0xff, at, at + 1500);
        writeFileSync(file, cut);
        // Between two sessions: within one, DuckDB may still hold what it read.
        test = await test.reopen();
        const broken = await test.run(document(true));
        const told = [...(broken.nodes['rows']?.diagnostics ?? []), ...(broken.nodes['fit']?.diagnostics ?? [])][0];
        if (broken.status === 'succeeded') seen.unread += 1;
        else {
          expect(told, JSON.stringify(broken.nodes)).toMatchObject({ code: 'result-damaged', message: expect.stringContaining('“My rows”') as unknown });
          seen.named += 1;
          const again = await test.run(document(true));
          expect(again.status).toBe('succeeded');
          expect(again.nodes['rows']?.status).toBe('succeeded');
          expect(readFileSync(file).equals(bytes), 'the same content again').toBe(true);
          expect(statSync(path.join(test.projectDir, 'artifacts', 'damaged', path.basename(file))).size).toBe(bytes.length);
          seen.anew += 1;
        }
      }
    } finally {
      await test.close();
    }
    expect(seen).toEqual({ named: results, anew: results, unread: 0 });
    count('damage', `corrupt stored results: ${seen.named} named by their node, set aside and made anew by the next run; ${seen.unread} unnoticed`);
  });
});
