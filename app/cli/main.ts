import { runtimeProblem } from '#app/engine/runtime-check.ts';

/** The `penstock` command. Checks the runtime before anything native is loaded. */
const problem = runtimeProblem(process.versions.node);
if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
} else {
  // Before libuv's pool is started: queries occupy its threads.
  process.env['UV_THREADPOOL_SIZE'] ??= '16';
  const [{ runProgram }, { processTerminal }] = await Promise.all([import('./program.ts'), import('./terminal.ts')]);
  // Whoever reads the output may stop early (`penstock nodes | head`); that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  process.exitCode = await runProgram(process.argv.slice(2), processTerminal(process.stdout, process.stderr));
  // Workers of the runtime and DuckDB's threads must not hold a finished command; what was written is on its way first.
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
  process.exit();
}
