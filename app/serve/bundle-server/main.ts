import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { PenstockError } from '#app/core/errors.ts';
import { readJson, readSignature, verifyFiles, type Golden } from './bundle-files.ts';
import { checkGolden, loadModel } from './model.ts';
import { createModelServer } from './server.ts';

/**
 * The model server of a bundle: `node server.mjs`. Needs nothing but Node 18 or newer and the files beside it.
 * `--check` verifies every file and the golden rows, and ends.
 */

const usage = `node server.mjs [--host 127.0.0.1] [--port 8080] [--max-body 16777216] [--check]

Serves the model in this folder over HTTP. --port 0 takes any free port. --check verifies the bundle and ends.
`;

const defaultPort = 8080;
const defaultMaxBody = 16 * 1024 * 1024;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: String(defaultPort) },
      'max-body': { type: 'string', default: String(defaultMaxBody) },
      check: { type: 'boolean', default: false },
      // For a parent process: end when it ends, however it ends, so that no server is left behind.
      'end-with-stdin': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return;
  }
  const folder = path.dirname(fileURLToPath(import.meta.url));
  const host = values.host ?? '127.0.0.1';
  const port = wholeNumber(values.port, 'port', 65_535);
  const maxBody = wholeNumber(values['max-body'], 'max-body', 2 ** 31);

  await verifyFiles(folder, values.check === true ? undefined : ['model.onnx', 'signature.json']);
  const signature = await readSignature(folder);
  const model = await loadModel(folder, folder, signature);
  if (values.check === true) {
    const golden = (await readJson(folder, 'golden.json')) as Golden;
    await checkGolden(model, golden);
    process.stdout.write(`ok: every file is as written, ${golden.rows} golden rows agree\n`);
    return;
  }

  const openapi = JSON.stringify(await readJson(folder, 'openapi.json'));
  const { server, close } = createModelServer({ model, openapi, host, maxBody });
  server.on('error', (error: NodeJS.ErrnoException) => {
    const message = error.code === 'EADDRINUSE' ? `Port ${port} is in use; choose another with --port, or 0 for any free one.` : error.message;
    fail(message);
  });
  server.listen(port, host, () => {
    const address = server.address() as AddressInfo;
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    process.stdout.write(`listening on http://${name}:${address.port}\n`);
  });
  const stop = (): void => {
    // Answers under way are finished; a client that never ends does not hold the server for ever.
    setTimeout(() => process.exit(0), 5000).unref();
    void close().then(() => process.exit(0));
  };
  if (values['end-with-stdin'] === true) process.stdin.once('end', stop).once('error', stop).resume();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function wholeNumber(text: string | undefined, name: string, most: number): number {
  const value = Number(text);
  if (text !== undefined && /^\d+$/.test(text) && value <= most) return value;
  throw new PenstockError('usage', `--${name} must be a whole number up to ${most}, but is “${text ?? ''}”.`);
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

main().catch((error: unknown) => {
  const remedy = error instanceof PenstockError && error.remedy !== undefined ? ` ${error.remedy}` : '';
  fail(`${error instanceof Error ? error.message : String(error)}${remedy}`);
});
