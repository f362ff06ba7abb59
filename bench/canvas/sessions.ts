import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { chromium, type Browser } from '@playwright/test';
import { build } from 'vite';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Nodes of one chain. */
export const perRow = 20;

/** `nodes` nodes in chains of twenty: a table, and nineteen steps over it. */
export function largePipeline(nodes: number): PipelineDocument {
  const made = emptyDocument(`stress-${nodes}`, `${nodes} nodes`);
  for (let i = 0; i < nodes; i += 1) {
    const first = i % perRow === 0;
    made.nodes.push(
      first
        ? { id: `n${i}`, type: 'data/table-creator', version: 1, params: { table: { columns: [{ name: 'a', type: 'float' }, { name: 'b', type: 'string' }], rows: [[1, 'x'], [2, 'y']] } } }
        : { id: `n${i}`, type: 'transform/formula', version: 1, params: { columns: [{ name: `c${i % perRow}`, expression: 'a + 1' }] } },
    );
    made.layout[`n${i}`] = { x: (i % perRow) * 264, y: Math.floor(i / perRow) * 108 };
    if (!first) made.edges.push({ id: `e${i}`, from: { node: `n${i - 1}`, port: 'table' }, to: { node: `n${i}`, port: 'table' } });
  }
  return made;
}

export interface AppServer {
  readonly url: string;
  /** Path of a pipeline within its project, by number of nodes. */
  readonly pipeline: (nodes: number) => string;
  close(): Promise<void>;
}

/** The built app in the browser, over a project with a pipeline of each size. */
export async function serveApp(sizes: readonly number[]): Promise<AppServer> {
  const project = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  await mkdir(path.join(project, 'pipelines'), { recursive: true });
  const pipeline = (nodes: number): string => `pipelines/stress-${nodes}.pipeline.json`;
  for (const nodes of sizes) await writeFile(path.join(project, pipeline(nodes)), serialiseDocument(largePipeline(nodes)));
  const server = spawn(process.execPath, [path.join(root, 'dist/engine/cli.js'), 'serve', '--project', project, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    server.stdout.on('data', (data: Buffer) => {
      text += data.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(text);
      if (found) resolve(found[0]);
    });
    server.once('exit', (code) => reject(new Error(`penstock serve ended with code ${code}: ${text}`)));
  });
  return {
    url,
    pipeline,
    close: async () => {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
      await rm(project, { recursive: true, force: true });
    },
  };
}

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** The stress example, built as a production page. */
export async function serveStress(): Promise<{ readonly url: (nodes: number) => string; close(): Promise<void> }> {
  const out = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  await build({ configFile: false, logLevel: 'warn', root: path.join(import.meta.dirname, 'stress'), base: './', plugins: [react()], build: { outDir: out, emptyOutDir: true, target: 'chrome114', chunkSizeWarningLimit: 6000 } });
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = name === '/' ? '/index.html' : path.normalize(name);
    readFile(path.join(out, file)).then(
      (bytes) => response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: (nodes) => `http://127.0.0.1:${port}/?nodes=${nodes}&perRow=${perRow}`,
    close: async () => {
      server.close();
      await rm(out, { recursive: true, force: true });
    },
  };
}

export function launch(): Promise<Browser> {
  const executablePath = process.env['PENSTOCK_CHROMIUM'] ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
}
