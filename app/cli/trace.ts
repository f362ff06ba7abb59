import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { PenstockError } from '#app/core/errors.ts';
import { appPlaces, cardExtensions, cardText, exportCroissant, graphDot, loadCatalogue, reproduceRun, type CardFormat } from '#app/engine/index.ts';
import { traceDetails, type TraceDetail, type TraceGraphData } from '#app/protocol/sections/trace.ts';
import { auditCommands } from './audit.ts';
import { findNode, readPipeline } from './document.ts';
import { withLookingEngine } from './inspect.ts';
import { withOpenProject } from './open-project.ts';
import { exitCodes, printJson, type Terminal } from './terminal.ts';

type Done = (work: Promise<number>) => Promise<void>;

const projectHelp = 'project folder (default: the nearest)';

/** `penstock audit …`, `reproduce`, `dataset …` and `openlineage …`: where things come from. */
export function traceCommands(program: Command, terminal: Terminal, done: Done): void {
  auditCommands(program, terminal, done);
  program
    .command('reproduce <run>')
    .description('run a recorded run again from its recorded inputs, in a project that is thrown away, and compare rows, metrics and files; exit code 1 where it differs')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((run: string, options: ProjectOptions) => done(reproduceCommand(run, options, terminal)));
  const dataset = program.command('dataset').description('data that goes out with what is known of it');
  dataset
    .command('croissant <file>')
    .description('write a node’s table of a pipeline with Croissant metadata, as a folder to hand on')
    .requiredOption('--node <node>', 'node (id or title) that reads or makes the table')
    .requiredOption('--out <folder>', 'folder for the rows and croissant.json')
    .option('--port <name>', 'output of the node (default: its first table)')
    .option('--name <name>', 'name of the dataset (default: of the file or the node)')
    .option('--description <text>', 'what the data are')
    .option('--license <url>', 'licence of the data, by its address or SPDX id')
    .option('--url <url>', 'where the data are described')
    .option('--cite <text>', 'how to cite them')
    .option('--creator <name>', 'who made them')
    .option('--project <folder>', 'project folder (default: the nearest)')
    .action((file: string, options: CroissantOptions) => done(croissantCommand(file, options, terminal)));
  program
    .command('openlineage')
    .description('tell every run to other tools as OpenLineage events: say where they go; without options: how it is set')
    .option('--file <on|off>', 'write events to lineage/openlineage.ndjson in the project')
    .option('--url <address>', 'post events to this server, as in http://localhost:5000; “off”: to none. A key is taken from PENSTOCK_SECRET_OPENLINEAGE')
    .option('--namespace <name>', 'namespace of the jobs (default: penstock:FOLDER)')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((options: OpenLineageOptions) => done(openLineageCommand(options, terminal)));
}

/** `penstock model card`. */
export function cardCommands(model: Command, terminal: Terminal, done: Done): void {
  model
    .command('card <model>')
    .description('write the model card of NAME, NAME@VERSION or NAME@ALIAS, or its bill of materials (CycloneDX)')
    .option('--format <format>', 'html, md, json or cyclonedx', 'md')
    .option('--out <file>', 'file, or folder for a file of the usual name (default: print it)')
    .option('--project <folder>', projectHelp)
    .action((reference: string, options: CardOptions) => done(cardCommand(reference, options, terminal)));
}

interface ProjectOptions {
  readonly project?: string;
  readonly json?: boolean;
}

export interface GraphOptions extends ProjectOptions {
  readonly of: string;
  readonly to?: string;
  readonly up?: boolean;
  readonly down?: boolean;
  readonly detail?: string;
  readonly depth?: string;
  readonly dot?: boolean;
}

/** `penstock lineage --of THING`: what it comes from and what came of it. */
export async function graphCommand(options: GraphOptions, terminal: Terminal): Promise<number> {
  const detail = traceDetails.find((one) => one === (options.detail ?? 'steps'));
  const depth = Number(options.depth ?? 30);
  if (detail === undefined || !Number.isInteger(depth) || depth < 0) throw new PenstockError('usage', 'The detail or the depth is not one.', { remedy: `Write --detail ${traceDetails.join(', ')}, and --depth as a whole number.` });
  return withOpenProject(options.project, 'read', async (engine) => {
    const graph = options.to === undefined ? await engine.trace.graph(options.of, { directions: directionsOf(options), detail, depth, limit: 2000 }) : await engine.trace.path(options.of, options.to, detail);
    if (options.dot === true) terminal.out(graphDot(graph));
    else if (options.json === true) printJson(terminal, graph);
    else terminal.out(graphText(graph, detail));
    return exitCodes.ok;
  });
}

const directionsOf = ({ up, down }: GraphOptions): ('up' | 'down')[] => (up === down ? ['up', 'down'] : up === true ? ['up'] : ['down']);

/** As a tree each way; a thing that was shown already is not gone into again. */
function graphText({ focus, nodes, edges, more }: TraceGraphData, _detail: TraceDetail): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lines: string[] = [];
  const label = (id: string): string => {
    const node = byId.get(id);
    return node === undefined ? id : `${node.kind} ${node.title}${node.subtitle === '' ? '' : ` (${node.subtitle})`}`;
  };
  const tree = (id: string, direction: 'up' | 'down', indent: string, seen: Set<string>): void => {
    for (const edge of edges) {
      const other = direction === 'up' ? (edge.to === id ? edge.from : null) : edge.from === id ? edge.to : null;
      if (other === null) continue;
      const again = seen.has(other);
      lines.push(`${indent}${direction === 'up' ? '←' : '→'} ${label(other)}${again ? ' …' : ''}`);
      if (again) continue;
      seen.add(other);
      tree(other, direction, `${indent}  `, seen);
    }
    const hidden = more.find((one) => one.id === id && one.direction === direction);
    if (hidden !== undefined) lines.push(`${indent}  and ${hidden.count} more`);
  };
  lines.push(label(focus));
  tree(focus, 'up', '  ', new Set([focus]));
  tree(focus, 'down', '  ', new Set([focus]));
  return lines.map((line) => `${line}\n`).join('');
}

async function reproduceCommand(run: string, options: ProjectOptions, terminal: Terminal): Promise<number> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  try {
    return await withOpenProject(options.project, 'read', async (engine) => {
      const found = await reproduceRun(engine, run, { distDir: appPlaces().distDir, signal: controller.signal });
      if (options.json === true) printJson(terminal, found);
      else {
        terminal.out(`${found.message}\n`);
        for (const one of found.changed) terminal.out(`  ${one.message}\n`);
        for (const node of found.nodes) terminal.out(`${node.same ? '✓' : '✗'} ${node.title}${node.compared.length === 0 ? '' : ` (${node.compared.join(', ')})`}${node.differences.map((text) => `\n    ${text}`).join('')}\n`);
      }
      return found.verdict === 'identical' || found.verdict === 'equal' ? exitCodes.ok : exitCodes.failed;
    });
  } finally {
    process.off('SIGINT', stop);
  }
}

interface CardOptions extends ProjectOptions {
  readonly format?: string;
  readonly out?: string;
}

async function cardCommand(reference: string, options: CardOptions, terminal: Terminal): Promise<number> {
  const format = (Object.keys(cardExtensions) as CardFormat[]).find((one) => one === options.format);
  if (format === undefined) throw new PenstockError('usage', `A card is not written as “${options.format ?? ''}”.`, { remedy: `Choose ${Object.keys(cardExtensions).join(', ')}.` });
  return withOpenProject(options.project, 'read', async (engine) => {
    const facts = await engine.trace.modelFacts(reference);
    const text = cardText(facts, format);
    if (options.out === undefined) {
      terminal.out(text);
      return exitCodes.ok;
    }
    const file = path.extname(options.out) === '' ? path.join(options.out, `${facts.name}-${facts.version ?? 0}.${cardExtensions[format]}`) : options.out;
    await mkdir(path.dirname(path.resolve(file)), { recursive: true });
    await writeFile(file, text);
    terminal.error(`${file} written.\n`);
    return exitCodes.ok;
  });
}

interface CroissantOptions {
  readonly node: string;
  readonly out: string;
  readonly port?: string;
  readonly name?: string;
  readonly description?: string;
  readonly license?: string;
  readonly url?: string;
  readonly cite?: string;
  readonly creator?: string;
  readonly project?: string;
}

async function croissantCommand(file: string, options: CroissantOptions, terminal: Terminal): Promise<number> {
  const document = await readPipeline(file);
  const node = findNode(document, loadCatalogue(), options.node);
  return withLookingEngine(file, options.project, async (engine) => {
    const { port = null, name = null, description = null, license = null, url = null, cite = null, creator = null } = options;
    const made = await exportCroissant(engine, { document, nodeId: node.id, folder: path.resolve(options.out), port, name, description, license, url, citeAs: cite, creator }, AbortSignal.timeout(24 * 3_600_000));
    terminal.out(`${made.rows} rows and ${made.columns} columns in ${made.file}\n${made.path}\n`);
    if (license === null) terminal.error('Nothing is said of the licence; --license says it.\n');
    return exitCodes.ok;
  });
}

interface OpenLineageOptions extends ProjectOptions {
  readonly file?: string;
  readonly url?: string;
  readonly namespace?: string;
}

async function openLineageCommand(options: OpenLineageOptions, terminal: Terminal): Promise<number> {
  const changes = options.file !== undefined || options.url !== undefined || options.namespace !== undefined;
  if (options.file !== undefined && options.file !== 'on' && options.file !== 'off') throw new PenstockError('usage', `“${options.file}” is neither on nor off.`, { remedy: 'Write --file on or --file off.' });
  return withOpenProject(options.project, changes ? 'write' : 'read', async (engine) => {
    const { openLineage } = engine.trace;
    if (changes) {
      engine.assertWritable();
      const now = await openLineage.state();
      const url = options.url === undefined ? now.url : options.url === 'off' ? '' : options.url;
      const settings = { file: options.file === undefined ? now.file : options.file === 'on', url, namespace: options.namespace ?? now.namespace };
      await openLineage.configure(settings, null);
      engine.audit({ action: 'settings.openlineage', subject: 'project', details: settings });
    }
    const state = await openLineage.state();
    if (options.json === true) printJson(terminal, state);
    else terminal.out(`File: ${state.file ? openLineage.file : 'off'}\nServer: ${(state.fromEnvironment ?? state.url) || 'none'}${state.chosen ? '' : ' (came with the project; choose it with --url)'}\nNamespace: ${openLineage.namespace()}\nKey: ${state.key}\nWaiting: ${state.waiting}${state.lastError === null ? '' : `\n${state.lastError}`}\n`);
    return exitCodes.ok;
  });
}
