import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from '#app/pipeline/parse.ts';
import { readKeyFile } from '#app/sealing/key-file.ts';
import { unlockWith } from '#app/sealing/unlock.ts';
import { Engine } from '../engine.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** For the test that kills it (by way of `bench/child.mjs`): runs a pipeline in an encrypted project, and says `read` once its first node has ended. */
export async function run({ projectDir, filesDir, keyFile, file }: Readonly<Record<'projectDir' | 'filesDir' | 'keyFile' | 'file', string>>): Promise<object> {
  await unlockWith(projectDir, { fileContent: await readKeyFile(keyFile) });
  const engine = await Engine.open({ projectDir, filesDir, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist') });
  const started = await engine.startRun({ document: parseDocument(await readFile(file, 'utf8')), path: null });
  for await (const event of started.log.stream()) if (event.type === 'node' && event.node.nodeId === 'read' && event.node.status === 'succeeded') process.stdout.write('read\n');
  return {};
}
