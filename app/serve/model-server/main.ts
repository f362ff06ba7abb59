import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { toDiagnostic } from '#app/core/errors.ts';
import { unlockVault } from '#app/sealing/vault.ts';
import { ModelHost } from './host.ts';

/**
 * The process of a model server: `node server.js --project DIR --server NAME [--by app|cli] [--end-with-stdin] [--key-from-stdin]`. What it serves is in
 * `servers/NAME.json` of the project. Ends on SIGTERM and SIGINT once what is under way has its answer.
 */

/** Time that requests under way have when the server is to end, in ms. */
const drainMs = 5000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      project: { type: 'string' },
      server: { type: 'string' },
      by: { type: 'string', default: 'cli' },
      // For a parent that must not leave servers behind, however it ends.
      'end-with-stdin': { type: 'boolean', default: false },
      // The key of an encrypted project comes as the first line: arguments and the environment can be read by others.
      'key-from-stdin': { type: 'boolean', default: false },
    },
  });
  if (values['key-from-stdin'] === true) unlockVault(values.project ?? process.cwd(), Buffer.from(await firstLine(), 'hex'));
  let stopping = false;
  let host: ModelHost | null = null;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(0), drainMs).unref();
    void (host?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (values['end-with-stdin'] === true) process.stdin.once('end', stop).once('error', stop).resume();
  // Whoever read the output may be gone; the server goes on.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  host = await ModelHost.start({
    projectDir: values.project ?? process.cwd(),
    name: values.server ?? '',
    startedBy: values.by === 'app' ? 'app' : 'cli',
    scripts: new URL('./', import.meta.url),
    log: (message) => process.stderr.write(`${message}\n`),
  });
  process.stdout.write(`listening on ${host.url}\n`);
}

async function firstLine(): Promise<string> {
  let text = '';
  while (!text.includes('\n')) {
    const [chunk] = (await once(process.stdin, 'data')) as [Buffer];
    text += chunk.toString('utf8');
  }
  return text.slice(0, text.indexOf('\n'));
}

main().catch((error: unknown) => {
  const { message, remedy } = toDiagnostic(error);
  process.stderr.write(`${message}${remedy === undefined ? '' : ` ${remedy}`}\n`);
  process.exit(1);
});
