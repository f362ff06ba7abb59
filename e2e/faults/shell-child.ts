import path from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { EngineHost } from '#main/engine-host/engine-host.ts';
import { documentHash } from '#app/pipeline/journal.ts';
import { History } from '#app/pipeline/history.ts';
import type { EngineClient } from './engine-process.ts';

/**
 * The desktop's shell as the test kills it: the real engine host, and a window that renames a pipeline without end. argv: project, pipeline.
 * Says `engine PID` first, then `ok <hash>` for each edit that was answered.
 */
const [project = '', relative = ''] = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, '../..');
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const host = new EngineHost({
  node: process.execPath,
  entry: path.join(root, 'dist/engine/desktop-entry.js'),
  env: { PENSTOCK_PROJECT: project, PENSTOCK_RESOURCES: path.join(root, 'resources'), PENSTOCK_DIST: path.join(root, 'dist') },
  log: (line) => process.stderr.write(`${line}\n`),
});
host.start();
let listener: (event: { data: unknown }) => void = () => undefined;
const connection = host.connect((data) => listener({ data }));
const port = {
  addEventListener: (type: string, heard: (event: { data: unknown }) => void) => {
    if (type === 'message') listener = heard;
  },
  postMessage: (data: string | Uint8Array | ArrayBuffer) => connection.send(typeof data === 'string' ? data : new Uint8Array(data)),
};
const client: EngineClient = createORPCClient(new RPCLink({ port: port as unknown as MessagePort }));
const opened = await client.pipeline.open({ path: relative });
say(`engine ${host.pid}`);
const history = new History(opened.document, [], opened.position);
for (let edit = 0; ; edit++) {
  history.apply({ type: 'set-document', title: `Edit ${edit}` });
  const unsaved = history.unsaved();
  if (unsaved === null) continue;
  await client.pipeline.append({ path: relative, document: history.document, base: unsaved.base, position: unsaved.position, entries: [...unsaved.entries] });
  history.markSaved(unsaved);
  say(`ok ${documentHash(history.document)}`);
}
