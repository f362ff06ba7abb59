import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript, type Language, type ScriptTask } from '../run-script.ts';
import type { TypedColumn } from '../returned.ts';
import { findPython } from './find-python.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
/** Built, it lies beside the engine under a name of its own. */
const runner = path.join(here, import.meta.url.endsWith('.ts') ? 'runner.py' : 'script-runner.py');

/** Python with pandas, before a script does anything. */
const ownMegabytes = 200;

const language: Language = {
  name: 'Python',
  isOutOfMemory: (end) => /MemoryError|Cannot allocate memory|std::bad_alloc/.test(end.errors),
};

/** Runs Python over pandas frames. @throws those of runScript and findPython. */
export async function runPython(interpreter: string, task: ScriptTask, signal: AbortSignal): Promise<TypedColumn[]> {
  const { program } = await findPython(interpreter);
  const { seconds, megabytes } = task.limits;
  const args = ['-I', '-X', 'utf8', runner, String(megabytes + ownMegabytes), String(Math.ceil(seconds * 4 + 30))];
  return runScript({ program: await absolute(program), args, ownMegabytes, ownProcesses: true }, language, task, signal);
}

/** The child has no PATH: a bare name is looked up here. */
async function absolute(program: string): Promise<string> {
  if (program.includes('/') || program.includes('\\') || process.platform === 'win32') return program;
  const { access, constants } = await import('node:fs/promises');
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const file = path.join(folder, program);
    if (folder !== '' && (await access(file, constants.X_OK).then(() => true, () => false))) return file;
  }
  return program;
}
