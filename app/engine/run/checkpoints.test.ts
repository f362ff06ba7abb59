import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { predictorBytes } from './checkpoint-child.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-checkpoint-'));
const root = fileURLToPath(new URL('../../../', import.meta.url));
afterAll(() => rmSync(folder, { recursive: true }));

const checkpoints = (project: string): string[] => {
  try {
    return readdirSync(path.join(project, 'artifacts', 'checkpoints')).filter((name) => name.endsWith('.bin'));
  } catch {
    return [];
  }
};

/** Trains in a process of its own and kills that as soon as a state was saved. */
async function killWhileTraining(project: string): Promise<void> {
  const child = spawn(process.execPath, [path.join(root, 'bench/child.mjs'), path.join(root, 'app/engine/run/checkpoint-child.ts'), JSON.stringify({ project })], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  while (checkpoints(project).length === 0 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 30));
  child.kill('SIGKILL');
  await ended;
}

it('a training whose engine was killed goes on, to the very model of an unbroken run', async () => {
  const [broken, whole] = [path.join(folder, 'broken'), path.join(folder, 'whole')];
  const messages: string[] = [];
  await killWhileTraining(broken);
  expect(checkpoints(broken)).toHaveLength(1);
  const resumed = await predictorBytes(broken, (message) => messages.push(message));
  expect(messages.some((message) => /^Goes on from round \d+$/.test(message))).toBe(true);
  expect(checkpoints(broken)).toEqual([]);
  expect(resumed).toEqual(await predictorBytes(whole, () => {}));
}, 240_000);
