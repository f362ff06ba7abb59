import { openStore } from './store.ts';
import { testRun } from './testing.ts';

/** Started by the crash tests, which kill it with SIGKILL. argv: project folder, what to do. Says on stdout how far it is. */
const [folder, task] = process.argv.slice(2);
const store = openStore(folder ?? '');
const say = (text: string): void => void process.stdout.write(`${text}\n`);

if (task === 'hold') {
  store.runs.start(testRun('run-1'));
  store.runs.saveNode('run-1', 0, { nodeId: 'a', type: 't', title: 'A', status: 'running', reason: '', cacheKey: null, ms: null, ports: {}, diagnostics: [], metrics: {} });
  say(store.readOnly ? 'read-only' : 'holding');
  setInterval(() => undefined, 1000);
} else {
  // Writes without end: runs in the database, artifacts beside it, a line for each that is finished.
  for (let count = 0; ; count++) {
    const { id } = await store.artifacts.put(new Uint8Array(300_000).fill(count % 256, count % 1000));
    store.runs.start(testRun(`run-${String(count).padStart(6, '0')}`));
    say(`${count} ${id}`);
  }
}
