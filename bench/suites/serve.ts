import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ms, ratio, type BenchOptions, type BenchRow } from '../measure.ts';
import { child } from '../relational/contest.ts';
import { customers } from '../score/customers.ts';

const runFile = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const here = (name: string): string => fileURLToPath(new URL(`../serve/${name}`, import.meta.url));

interface Load {
  readonly failed: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

interface Contestant {
  readonly name: string;
  readonly path: string;
  readonly body: string;
  /** Starts it on a port. */
  start(port: number): ChildProcess;
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Time in ms until the first prediction. */
async function started(one: Contestant): Promise<{ readonly process: ChildProcess; readonly port: number; readonly ms: number }> {
  const port = await freePort();
  const from = performance.now();
  const server = one.start(port);
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}${one.path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: one.body }).catch(() => null);
    if (answer?.status === 200) {
      await answer.arrayBuffer();
      return { process: server, port, ms: performance.now() - from };
    }
    if (server.exitCode !== null) throw new Error(`${one.name} ended with ${server.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function stopped(server: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  // With its workers: MLflow's server is several processes.
  if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
  await ended;
}

async function load(port: number, one: Contestant, bodyFile: string, connections: number, seconds: number, rate?: number): Promise<Load> {
  const { stdout } = await runFile(process.execPath, [here('load.mjs'), String(port), one.path, bodyFile, String(connections), String(seconds), ...(rate === undefined ? [] : [String(rate)])]);
  return JSON.parse(stdout) as Load;
}

/** Requests a second and p99 of single records, and the time from nothing to the first answer, against scikit-learn behind MLflow’s server and FastAPI. */
export async function run(options: BenchOptions): Promise<{ rows: BenchRow[] }> {
  execFileSync(process.execPath, [path.join(root, 'scripts/build.mjs'), 'model-server', 'bundle-server'], { stdio: 'inherit' });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  const python = process.env['PENSTOCK_BENCH_PYTHON'] ?? 'python3';
  const rows: BenchRow[] = [];
  const seconds = options.quick ? 2 : 5;
  try {
    const file = path.join(folder, 'customers.csv');
    await writeFile(file, customers(options.quick ? 5000 : 20_000));
    const projectDir = path.join(folder, 'project');
    await mkdir(path.join(projectDir, 'servers'), { recursive: true });
    const { record } = (await child('serve/ours.ts', { file, projectDir })) as unknown as { record: Record<string, unknown> };
    const records = JSON.stringify([record]);
    const node = (script: string, args: readonly string[], cwd: string): ChildProcess => spawn(process.execPath, [script, ...args], { cwd, stdio: 'ignore', detached: true });
    const ours: Contestant = {
      name: 'model server',
      path: '/predict/bench',
      body: records,
      start: (port) => {
        writeFileSync(path.join(projectDir, 'servers', 'bench.json'), JSON.stringify({ name: 'bench', models: [{ name: 'bench', reference: 'bench' }], port, log: { rate: 1 } }));
        return node(path.join(root, 'dist/model-server/server.js'), ['--project', projectDir, '--server', 'bench'], projectDir);
      },
    };
    const bundle: Contestant = { name: 'bundle', path: '/predict', body: records, start: (port) => node(path.join(projectDir, 'bundle', 'server.mjs'), ['--port', String(port)], path.join(projectDir, 'bundle')) };
    const has = (module: string): Promise<boolean> => runFile(python, ['-c', `import sklearn, pandas, ${module}`]).then(() => true, () => false);
    const peers: Contestant[] = [];
    if (await has('fastapi, uvicorn')) {
      const model = path.join(folder, 'model.pickle');
      await runFile(python, [here('peer.py'), 'fit', file, model]);
      peers.push({ name: 'FastAPI + scikit-learn', path: '/predict', body: records, start: (port) => spawn(python, [here('peer.py'), 'serve', model, String(port)], { stdio: 'ignore', detached: true }) });
    }
    if (await has('mlflow')) {
      const model = path.join(folder, 'mlflow');
      await runFile(python, [here('peer.py'), 'mlflow', file, model]);
      const home = path.dirname(python);
      peers.push({ name: 'MLflow', path: '/invocations', body: JSON.stringify({ dataframe_records: [record] }), start: (port) => spawn(python, ['-m', 'mlflow', 'models', 'serve', '-m', model, '--env-manager', 'local', '--port', String(port), '--host', '127.0.0.1'], { stdio: 'ignore', detached: true, env: { ...process.env, PATH: `${home}${path.delimiter}${process.env['PATH'] ?? ''}` } }) });
    }
    if (peers.length === 0) console.log('Skipped: FastAPI or MLflow with scikit-learn are not installed; PENSTOCK_BENCH_PYTHON names a Python that has them.');

    const measured = new Map<string, { cold: number; full: Load; equal: Load | null }>();
    const rounds = options.quick ? 1 : 3;
    const all = [...peers, ours, bundle];
    const bodyOf = (one: Contestant): string => path.join(folder, `${one.name.replaceAll(/\W/g, '-')}.json`);
    for (const one of all) {
      await writeFile(bodyOf(one), one.body);
      let cold = Infinity;
      for (let round = 1; round < rounds; round += 1) {
        const first = await started(one);
        cold = Math.min(cold, first.ms);
        await stopped(first.process);
      }
      const server = await started(one);
      try {
        await load(server.port, one, bodyOf(one), 8, 1);
        measured.set(one.name, { cold: Math.min(cold, server.ms), full: await load(server.port, one, bodyOf(one), 8, seconds), equal: null });
      } finally {
        await stopped(server.process);
      }
    }
    // A load that every contestant can bear: half of what the slowest can.
    const equal = Math.min(...[...measured.values()].map(({ full }) => full.perSecond)) / 2;
    for (const one of all) {
      const found = measured.get(one.name);
      if (found === undefined) continue;
      const server = await started(one);
      try {
        await load(server.port, one, bodyOf(one), 8, 1);
        found.equal = await load(server.port, one, bodyOf(one), 8, 2 * seconds, equal);
      } finally {
        await stopped(server.process);
      }
      console.log(`${one.name}: ${Math.round(found.full.perSecond)} requests/s, p50 ${ms(found.full.p50)}, p99 ${ms(found.full.p99)}; at ${Math.round(equal)}/s p50 ${ms(found.equal.p50)}, p99 ${ms(found.equal.p99)}; first answer after ${ms(found.cold)}; ${found.full.failed + found.equal.failed} failed`);
    }
    const own = measured.get(ours.name);
    const small = measured.get(bundle.name);
    for (const { name } of peers) {
      const peer = measured.get(name);
      if (own === undefined || small === undefined || peer === undefined) continue;
      const rate = (value: Load): string => `${Math.round(value.perSecond).toLocaleString('en')}/s`;
      rows.push({ name: `time a request at batch 1, against ${name}`, ours: rate(own.full), against: name, peer: rate(peer.full), ratio: ratio(1 / own.full.perSecond, 1 / peer.full.perSecond), limit: '≤ 0.2' });
      rows.push({ name: `p99 at equal load, against ${name}`, ours: ms(own.equal?.p99 ?? 0), against: name, peer: ms(peer.equal?.p99 ?? 0), ratio: ratio(own.equal?.p99 ?? 0, peer.equal?.p99 ?? 1), limit: '< 1' });
      rows.push({ name: `first answer of the model server, against ${name}`, ours: ms(own.cold), against: name, peer: ms(peer.cold), ratio: ratio(own.cold, peer.cold), limit: '≤ 0.5' });
      rows.push({ name: `first answer of a bundle, against ${name}`, ours: ms(small.cold), against: name, peer: ms(peer.cold), ratio: ratio(small.cold, peer.cold), limit: '≤ 0.5' });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { rows };
}
