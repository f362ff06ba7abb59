import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildCommand } from '../child-process.ts';
import { runScript, type Language, type ScriptTask } from '../run-script.ts';
import type { TypedColumn } from '../returned.ts';

/** In the sources the child's files lie in this folder and its parent; built, everything lies beside the engine. */
const isSource = import.meta.url.endsWith('.ts');
/** Rights are given to real paths: an installed folder may be reached through a link. */
const here = realpathSync(path.dirname(fileURLToPath(import.meta.url)));
const entry = path.join(here, isSource ? 'child-entry.ts' : 'script-child.js');
const danfoFile = isSource ? path.resolve(createRequire(import.meta.url).resolve('danfojs'), '../../../..', 'lib/bundle.js') : path.join(here, 'danfo.js');
const danfo = existsSync(danfoFile) ? realpathSync(danfoFile) : danfoFile;
const readable = isSource ? [here, path.join(here, '..', 'frames.ts'), danfo] : [entry, danfo];

/** Danfo, Node and the copies of the input before a script does anything: measured 150 MB, with room for the tables on their way. */
const ownMegabytes = 300;

const language: Language = {
  name: 'JavaScript',
  isOutOfMemory: (end) => /heap out of memory|Array buffer allocation failed|invalid table size|FATAL ERROR: .*[Aa]lloc/.test(end.errors),
};

/** Flags of Node: what the process may do, whoever writes the code. @param megabytes of the heap */
export function childRights(megabytes: number): string[] {
  return [
    '--permission',
    ...readable.map((file) => `--allow-fs-read=${file}`),
    '--disallow-code-generation-from-strings',
    '--frozen-intrinsics',
    '--no-warnings',
    `--max-old-space-size=${megabytes}`,
  ];
}

/** Runs JavaScript over Danfo frames. @throws those of runScript. */
export function runJavaScript(task: ScriptTask, signal: AbortSignal): Promise<TypedColumn[]> {
  const command: ChildCommand = {
    program: process.execPath,
    args: [...childRights(task.limits.megabytes), entry, danfo],
    ownMegabytes,
    ownProcesses: false,
  };
  return runScript(command, language, task, signal);
}
