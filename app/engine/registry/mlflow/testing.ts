import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** A Python that has MLflow: that of the variable, else the one of the path; null where there is none. */
export const mlflowPython: string | null =
  [process.env['PENSTOCK_TEST_PYTHON'] ?? '', 'python3'].find((program) => program !== '' && spawnSync(program, ['-c', 'import importlib.util, sys; sys.exit(0 if all(importlib.util.find_spec(m) for m in ("mlflow", "onnx", "onnxruntime", "pandas")) else 1)'], { timeout: 60_000 }).status === 0) ?? null;

export interface MlflowTestServer {
  readonly url: string;
  /** Runs Python against the server; gives what it prints. */
  python(script: string): Promise<string>;
  stop(): Promise<void>;
}

/** A real `mlflow server` on a free port with its files in a temporary folder. */
export async function startMlflow(python: string): Promise<MlflowTestServer> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-mlflow-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, MLFLOW_TRACKING_URI: url, MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' };
  const child = spawn(python, ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', '--backend-store-uri', `sqlite:///${folder}/mlflow.db`, '--artifacts-destination', path.join(folder, 'files')], { cwd: folder, env: { ...env, MLFLOW_TRACKING_URI: '' }, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let log = '';
  child.stderr.on('data', (part: Buffer) => void (log = (log + part.toString()).slice(-4000)));
  await answering(url, child, () => log);
  return {
    url,
    python: (script) => run(python, script, env),
    async stop() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      // The server has worker processes of its own.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      else return;
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answering(url: string, child: ChildProcess, log: () => string): Promise<void> {
  const until = performance.now() + 150_000;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`mlflow server ended: ${log()}`);
    const ok = await fetch(`${url}/health`).then(({ ok: found }) => found, () => false);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`mlflow server does not answer: ${log()}`);
}

function run(python: string, script: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, ['-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, error] = ['', ''];
    child.stdout.on('data', (part: Buffer) => void (out += part.toString()));
    child.stderr.on('data', (part: Buffer) => void (error += part.toString()));
    child.once('close', (code) => (code === 0 ? resolve(out) : reject(new Error(error.slice(-3000)))));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
