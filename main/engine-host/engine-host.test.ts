import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineHost } from './engine-host.ts';

const frames = path.resolve(import.meta.dirname, '../../app/protocol/frames.ts');

/** Answers every text with its pid; dies on "die"; says why and refuses where REFUSE is set. */
const engineScript = `
import { FrameDecoder, encodeFrame } from ${JSON.stringify(frames)};
if (process.env.REFUSE) { process.stderr.write('The project could not be opened: it is locked.\\n'); process.exit(3); }
const decoder = new FrameDecoder();
process.stdin.on('data', (chunk) => {
  for (const frame of decoder.push(chunk)) {
    if (frame.type === 'binary') process.stdout.write(encodeFrame({ type: 'binary', connection: frame.connection, bytes: frame.bytes }));
    if (frame.type !== 'text') continue;
    if (frame.text === 'die') process.kill(process.pid, 'SIGKILL');
    process.stdout.write(encodeFrame({ type: 'text', connection: frame.connection, text: frame.text + ' ' + process.pid }));
  }
});
process.stdin.on('end', () => process.exit(0));
`;

describe('the engine host', () => {
  let folder: string;
  let host: EngineHost;

  function makeHost(env: Record<string, string> = {}): EngineHost {
    return new EngineHost({ node: process.execPath, entry: path.join(folder, 'engine.mts'), env, log: () => undefined });
  }

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-host-'));
    await writeFile(path.join(folder, 'engine.mts'), engineScript);
  });

  afterEach(async () => {
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function ask(text: string | Uint8Array): Promise<string | Uint8Array> {
    return new Promise((resolve) => {
      const connection = host.connect((data) => {
        connection.close();
        resolve(data);
      });
      connection.send(text);
    });
  }

  it('carries text and bytes for several connections', async () => {
    host = makeHost();
    host.start();
    const [a, b, bytes] = await Promise.all([ask('a'), ask('b'), ask(Uint8Array.of(1, 2, 3))]);
    expect(a).toBe(`a ${host.pid}`);
    expect(b).toBe(`b ${host.pid}`);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('starts a killed engine again', async () => {
    host = makeHost();
    host.start();
    await ask('hello');
    const before = host.pid;
    const restarted = once(host, 'restart');
    host.connect(() => undefined).send('die');
    await restarted;
    expect(await ask('again')).toBe(`again ${host.pid}`);
    expect(host.pid).not.toBe(before);
    expect(host.failed).toBeNull();
  });

  it('passes on why an engine refuses to start, and does not try for ever', async () => {
    host = makeHost({ REFUSE: '1' });
    const failed = once(host, 'failed');
    host.start();
    expect(await failed).toEqual(['The project could not be opened: it is locked.']);
    expect(host.failed).toContain('locked');
    expect(host.pid).toBeUndefined();
  });

  it('hands keys over as the first line of the input, in no argument or environment, and hears what is to be remembered', async () => {
    const script = path.join(folder, 'keys.mts');
    const read = `import { FrameDecoder, encodeFrame } from ${JSON.stringify(frames)};
      let text = '';
      process.stdin.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (!text.includes('\\n')) return;
        const seen = [text.slice(0, text.indexOf('\\n')), process.argv.join(' ') + JSON.stringify(process.env)];
        process.stdout.write(encodeFrame({ type: 'text', connection: 0, text: JSON.stringify({ id: 'aa', key: String(seen[0] === 'the keys' && !seen[1].includes('the keys')) }) }));
      });
      process.stdin.on('end', () => process.exit(0));`;
    await writeFile(script, read);
    const remembered = await new Promise((resolve) => {
      host = new EngineHost({ node: process.execPath, entry: script, env: {}, log: () => undefined, keychain: { line: () => 'the keys\n', remember: (id, key) => resolve([id, key]) } });
      host.start();
    });
    expect(remembered).toEqual(['aa', 'true']);
  });

  it('says so when there is nothing to start', async () => {
    host = new EngineHost({ node: path.join(folder, 'no-such-node'), entry: 'x', env: {}, log: () => undefined });
    const failed = once(host, 'failed');
    host.start();
    expect(String((await failed)[0])).toContain('could not be started');
  });
});
