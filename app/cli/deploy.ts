import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { formatBytes, formatCount } from '#app/core/units.ts';
import { appPlaces, createEngine, createRouter, findProject, loadCatalogue, scoreFile, seedSamples } from '#app/engine/index.ts';
import { verifyFiles } from '#app/serve/bundle-server/bundle-files.ts';
import { startBrowserServer } from '#app/serve/browser-server.ts';
import { findNode, readPipeline } from './document.ts';
import { openPlace, prepareProject } from './project.ts';
import { locked } from './run.ts';
import { sayRestricted, trustOf } from './trust.ts';
import { isTeam, serveTeam, type TeamOptions } from './serve-team.ts';
import { exitCodes, type Terminal } from './terminal.ts';

/** `penstock bundle`: the model of a node as a folder (or .zip) that can be deployed; trains it first where it is not trained. */
export async function bundleCommand(file: string, options: { readonly node: string; readonly out: string; readonly name?: string; readonly project?: string; readonly trustOnce?: boolean }, terminal: Terminal): Promise<number> {
  const catalogue = loadCatalogue();
  const document = await readPipeline(file);
  const node = findNode(document, catalogue, options.node);
  const place = await openPlace(file, options.project);
  const engine = await createEngine({ ...place, ...appPlaces(), ...trustOf(options), catalogue });
  try {
    if (engine.readOnly) throw locked(engine);
    const run = await engine.startRun({ document, path: file, to: [node.id] });
    if ((await run.finished) !== 'succeeded') {
      const failed = engine.store.records.get(run.runId)?.nodes.find((one) => one.status === 'failed');
      throw new PenstockError('run-failed', `The model could not be made: ${failed === undefined ? 'the run did not finish' : `“${failed.title}”: ${failed.reason}`}`, {
        remedy: `Run “penstock run ${file} --to ${node.id}” to see more.`,
      });
    }
    const target = path.resolve(options.out);
    const name = options.name ?? path.basename(target, '.zip').replaceAll(/[^A-Za-z0-9_-]+/g, '-').replace(/^[-_]+/, '');
    const { files } = await engine.bundleModel({ document, nodeId: node.id, name: name === '' ? 'model' : name, target });
    terminal.out(`${target}: ${files.length} files, ${formatBytes(files.reduce((sum, one) => sum + one.bytes, 0))}\n`);
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}

/** `penstock score`: refuses to replace what it reads, and a bundle whose model is not the one that was written. */
export async function scoreCommand(bundle: string, input: string, output: string, terminal: Terminal): Promise<number> {
  if ((await stat(input).catch(() => null))?.isDirectory() === true) {
    throw new PenstockError('file-missing', `${input} is a folder, not a file of records.`, { remedy: 'Name a .csv or .parquet file.', place: { file: input } });
  }
  const folder = path.dirname(path.resolve(output));
  if ((await stat(folder).catch(() => null))?.isDirectory() !== true) {
    throw new PenstockError('output-folder-missing', `There is no folder ${folder} to write ${path.basename(output)} to.`, { remedy: 'Make it, or name another output.', place: { file: output } });
  }
  const [from, to] = await Promise.all([input, output].map((file) => realpath(file).catch(() => null)));
  if (from !== null && from === to) {
    throw new PenstockError('output-is-input', `${output} is the file of records itself; it would be replaced.`, { remedy: 'Name another output.', place: { file: output } });
  }
  if (existsSync(path.join(bundle, 'manifest.json'))) await verifyFiles(bundle, ['model.onnx', 'signature.json']);
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const { rows, bytes } = await scoreFile({ bundle, input, output, signal: controller.signal, progress: () => undefined });
  terminal.error(`${output}: ${formatCount(rows)} rows, ${formatBytes(bytes)}\n`);
  return exitCodes.ok;
}

export interface ServeOptions extends TeamOptions {
  readonly project?: string;
  readonly port: number;
  readonly samples?: boolean;
  readonly trustOnce?: boolean;
}

/** `penstock serve`: the app in a browser, until interrupted. */
export async function serveCommand(options: ServeOptions, terminal: Terminal): Promise<number> {
  const found = findProject(process.cwd());
  const projectDir = options.project === undefined ? (found.found ? found.projectDir : process.cwd()) : path.resolve(options.project);
  const places = appPlaces();
  if (!isTeam(options)) for (const [name, given] of [['--data', options.data], ['--allow-scripts', options.allowScripts]] as const) {
    if (given !== undefined) throw new PenstockError('usage', `${name} is for a server with accounts; on this machine alone everything is allowed.`, { remedy: 'Leave it out, or serve a team with --host.' });
  }
  await prepareProject(projectDir);
  if (isTeam(options)) return serveTeam({ ...options, projectDir, ended: interrupted() }, terminal);
  const engine = await createEngine({ projectDir, ...places, ...trustOf(options), background: true, warn: (message) => terminal.error(`${message}\n`) });
  try {
    if (options.samples === true && !engine.readOnly) await seedSamples(projectDir, places.resourcesDir);
    const server = await startBrowserServer({ rendererDir: places.rendererDir, router: createRouter(engine), port: options.port });
    try {
      terminal.out(`${server.url}\n`);
      terminal.error(`Penstock serves ${projectDir}. Open the address above in a browser; end with Ctrl+C.${engine.readOnly ? ' Another process has the project open: reading only.' : ''}\n`);
      sayRestricted(engine, terminal);
      await interrupted();
    } finally {
      await server.close();
    }
  } finally {
    await engine.close();
  }
  return exitCodes.ok;
}

const interrupted = (): Promise<unknown> =>
  new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
