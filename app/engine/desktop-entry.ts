import { runtimeProblem } from './runtime-check.ts';

/**
 * The engine's process for the desktop shell. Only checks the runtime and then loads the rest: on an older Node the native
 * modules crash while they are loaded, without a word.
 */
const problem = runtimeProblem(process.versions.node);
if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
} else {
  // Set before the first asynchronous file access starts libuv's pool: DuckDB's queries occupy pool threads, and four would
  // leave none for reading files.
  process.env['UV_THREADPOOL_SIZE'] ??= '16';
  const { runDesktopEngine } = await import('./desktop-engine.ts');
  await runDesktopEngine();
}
