import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { PipelineFiles } from '#app/engine/project/pipeline-files.ts';
import { documentVersion, type PipelineDocument } from '#app/pipeline/document.ts';
import { documentHash } from '#app/pipeline/journal.ts';
import { seeded } from '#app/pipeline/testing-edits.ts';
import { openStore } from '#app/store/index.ts';
import { count, rounds } from './counts.ts';
import { killServers, startServe } from './serve-process.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-window-killed-'));
afterAll(async () => {
  await killServers();
  rmSync(folder, { recursive: true, force: true });
});
const random = seeded(Number(process.env['PENSTOCK_KILL_SEED'] ?? 1));

const document: PipelineDocument = {
  format: 'penstock-pipeline',
  version: documentVersion,
  id: 'served',
  title: 'Served',
  nodes: [
    { id: 'rows', type: 'data/synthetic-data', version: 1, params: { rows: 20_000, seed: 3, preset: 'regression', features: 8, informative: 5, noise: 1 } },
    { id: 'fit', type: 'train/gradient-boosting', version: 1, params: { target: 'y', task: 'regression', iterations: 400, learningRate: 0.02, earlyStopping: false } },
  ],
  edges: [{ id: 'e', from: { node: 'rows', port: 'table' }, to: { node: 'fit', port: 'table' } }],
  notes: [],
  groups: [],
  layout: {},
};

describe('penstock serve', () => {
  const kills = rounds(1, 15);

  it('goes on with a run whose browser was killed; killed itself, it comes back with the run interrupted and goes on from there', { timeout: 120_000 + kills * 60_000 }, async () => {
    const seen = { wentOn: 0, interrupted: 0 };
    for (let kill = 0; kill < kills; kill++) {
      const project = path.join(folder, `served-${kill}`);
      let serve = await startServe(project);
      const first = await serve.openWindow();
      const { runId } = await first.client.run.start({ document, path: null });
      await pause(random() * 300);
      first.kill();
      // Another window finds it running, and it goes on.
      const second = await serve.openWindow();
      expect((await second.client.run.active({ pipelineId: document.id })).runId).toBe(runId);
      const live = new Set<string>();
      for await (const event of await second.client.run.events({ runId })) {
        if (event.type !== 'node') continue;
        live.add(`${event.node.nodeId} ${event.node.status}`);
        if (event.node.nodeId === 'fit' && event.node.status === 'running') break;
      }
      expect([...live]).toContain('rows succeeded');
      seen.wentOn += 1;

      await pause(random() * 800);
      await serve.kill();
      serve = await startServe(project);
      const third = await serve.openWindow();
      const record = await third.client.run.get({ runId });
      expect(['interrupted', 'succeeded']).toContain(record.status);
      if (record.status === 'interrupted') seen.interrupted += 1;
      const next = await third.client.run.start({ document, path: null });
      let status = '';
      const states: Record<string, string> = {};
      for await (const event of await third.client.run.events({ runId: next.runId })) {
        if (event.type === 'node') states[event.node.nodeId] = event.node.status;
        if (event.type === 'run' && event.status !== 'running') status = event.status;
      }
      expect({ status, rows: states['rows'] }).toEqual({ status: 'succeeded', rows: 'cached' });
      expect(await serve.end()).toBe(0);
    }
    count('window', `browser killed under a run: ${seen.wentOn} of ${kills} runs went on; penstock serve SIGKILL with a run going: ${kills} of ${kills} came back (${seen.interrupted} interrupted), 0 finished nodes re-run`);
  });
});

describe('the desktop app killed while somebody edits', () => {
  const kills = rounds(1, 25);

  it('takes its engine with it, and every edit that was answered is offered again', { timeout: 60_000 + kills * 40_000 }, async () => {
    const project = path.join(folder, 'desktop');
    const { path: relative } = await new PipelineFiles(project).create('Edited');
    let answeredEdits = 0;
    for (let kill = 0; kill < kills; kill++) {
      const shell = spawn(process.execPath, [path.join(import.meta.dirname, 'shell-child.ts'), project, relative], { stdio: ['ignore', 'pipe', 'pipe'] });
      let trouble = '';
      shell.stderr.on('data', (data: Buffer) => (trouble += data.toString()));
      const gone = once(shell, 'exit');
      const until = 3 + Math.floor(random() * 60);
      const answered: string[] = [];
      let engine = 0;
      for await (const line of createInterface({ input: shell.stdout })) {
        if (line.startsWith('engine ')) engine = Number(line.slice(7));
        else answered.push(line.slice(3));
        if (answered.length === until) setTimeout(() => shell.kill('SIGKILL'), random() * 40);
      }
      await gone;
      expect(answered.length, trouble).toBeGreaterThanOrEqual(until);
      answeredEdits += answered.length;
      // Its input is closed: it saves, gives the project back and ends, as nothing else would tell it to.
      while (isRunning(engine)) await pause(20);
      const store = openStore(project);
      expect(store.readOnly).toBe(false);
      store.close();
      const opened = await new PipelineFiles(project).open(relative);
      const hash = documentHash(opened.document);
      // One more may have been on its way.
      const atLeast = answered.lastIndexOf(hash) === answered.length - 1 || Number(opened.document.title.slice(5)) === answered.length;
      expect(atLeast, `kill ${kill}: ${opened.document.title} after ${answered.length} answered edits`).toBe(true);
      expect(opened.history.length).toBeGreaterThan(0);
    }
    count('window', `app SIGKILL while editing: ${kills} of ${kills} recovered, 0 of ${answeredEdits} answered edits lost, 0 engines left behind`);
  });
});

/** Whether a process still runs; one that has ended and was not collected does not. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
