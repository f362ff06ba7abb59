import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { History } from '#app/pipeline/history.ts';
import { documentHash } from '#app/pipeline/journal.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { pick, seeded } from '#app/pipeline/testing-edits.ts';
import { PipelineFiles } from './pipeline-files.ts';

const kills = Number(process.env['PENSTOCK_KILLS'] ?? 10);
const seed = Number(process.env['PENSTOCK_KILL_SEED'] ?? 1);
const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-kill-'));
afterAll(() => rmSync(root, { recursive: true }));

interface Said {
  readonly word: string;
  readonly hash: string;
  readonly position: number;
  readonly undone: string;
}

/** Lets a child edit until it has said `lines` lines, waits a moment and kills it. Gives what it said. */
async function editAndKill(relative: string, childSeed: number, lines: number, wait: number): Promise<Said[]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('editing-child.ts', import.meta.url)), root, relative, String(childSeed)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let trouble = '';
  child.stderr.on('data', (data: Buffer) => (trouble += data.toString()));
  const said: Said[] = [];
  const gone = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const [word = '', hash = '', position = '', undone = ''] = line.split(' ');
    if (undone !== '') said.push({ word, hash, position: Number(position), undone });
    if (said.length === lines) setTimeout(() => child.kill('SIGKILL'), wait);
  }
  const [, signal] = (await gone) as [number | null, string | null];
  expect(signal, trouble).toBe('SIGKILL');
  return said;
}

describe('an engine killed while it edits', () => {
  it(`loses no edit that was answered and leaves a whole file, ${kills} times over one project`, { timeout: 30_000 + kills * 4000 }, async () => {
    const random = seeded(seed);
    const { path: relative } = await new PipelineFiles(root).create('Killed');
    const file = path.join(root, relative);
    let recovered = 0;
    let inFlight = 0;
    for (let round = 0; round < kills; round++) {
      const said = await editAndKill(relative, seed * 1000 + round, pick(random, [1, 2, 3, 5, 10, 40, 80]), random() * 60);
      const answered = said.findLast(({ word }) => word === 'ok');
      const last = said.at(-1);
      if (answered === undefined || last === undefined) throw new Error('the child said nothing');
      // Never a torn file: it is some whole version, whatever moment the kill came at.
      parseDocument(await readFile(file, 'utf8'));
      const opened = await new PipelineFiles(root).open(relative);
      const hash = documentHash(opened.document);
      // An edit that changes nothing gives both the same hash, and long histories are cut, so positions do not tell them apart.
      const states = [answered, last].filter((one) => one.hash === hash);
      expect(states, `round ${round}: the version after the kill is the last answered one, or the one under way`).not.toEqual([]);
      if (opened.recovered) recovered += 1;
      if (last.word === 'try' && hash === last.hash) inFlight += 1;
      // The undo stack came through as well: one step back is where it was.
      const history = new History(opened.document, opened.history, opened.position);
      expect(states.map(({ undone }) => undone), `round ${round}: one undo`).toContain(documentHash(history.undo()));
      while (history.canUndo) history.undo();
      while (history.canRedo) history.redo();
      for (let at = history.position; at > opened.position; at--) history.undo();
      expect(documentHash(history.document)).toBe(hash);
      // The timeline ends with the same version and can be put together.
      const moments = await new PipelineFiles(root).moments(relative);
      expect(moments.at(-1)?.document).toBe(hash);
      const some = pick(random, moments);
      expect(documentHash(await new PipelineFiles(root).version(relative, some.id))).toBe(some.document);
    }
    if (kills >= 50) {
      expect(recovered).toBeGreaterThan(5);
      console.info(`${kills} kills: ${recovered} recovered from the journal, ${inFlight} with the edit under way`);
    }
  });
});
