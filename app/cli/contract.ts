import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { appPlaces, createEngine, exportContract, importContract, learnContract, loadCatalogue } from '#app/engine/index.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { findNode, readPipeline } from './document.ts';
import { openPlace } from './project.ts';
import { exitCodes, printJson, type Terminal } from './terminal.ts';

interface Options {
  readonly node: string;
  readonly project?: string;
}

/** `penstock contract …` */
export function contractCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const contract = program.command('contract').description('data contracts of a pipeline as files of the Open Data Contract Standard');
  contract
    .command('export <file>')
    .description('print the contract of a Data Contract node as YAML')
    .requiredOption('--node <node>', 'node (id or title)')
    .option('--out <contract>', 'write it to a file, as in orders.contract.yaml')
    .action((file: string, options: Options & { out?: string }) => done(exportCommand(file, options, terminal)));
  contract
    .command('import <file> <contract>')
    .description('put the contract of a YAML file into a Data Contract node')
    .requiredOption('--node <node>', 'node (id or title)')
    .action((file: string, from: string, options: Options) => done(importCommand(file, from, options, terminal)));
  contract
    .command('learn <file>')
    .description('make a contract that the table at the node’s input keeps')
    .requiredOption('--node <node>', 'node (id or title)')
    .option('--write', 'put it into the pipeline file; else it is printed')
    .option('--project <folder>', 'project folder (default: the nearest)')
    .action((file: string, options: Options & { write?: boolean }) => done(learnCommand(file, options, terminal)));
}

async function exportCommand(file: string, options: Options & { readonly out?: string }, terminal: Terminal): Promise<number> {
  const document = await readPipeline(file);
  const text = exportContract(document, findNode(document, loadCatalogue(), options.node));
  if (options.out === undefined) terminal.out(text);
  else await writeFile(options.out, text);
  return exitCodes.ok;
}

async function importCommand(file: string, from: string, options: Options, terminal: Terminal): Promise<number> {
  const before = await readPipeline(file);
  const { document, skipped } = importContract(before, findNode(before, loadCatalogue(), options.node), await readFile(from, 'utf8'));
  await writeFile(file, serialiseDocument(document));
  terminal.error(`${file} has the contract of ${from}.${skipped.length === 0 ? '' : ` Left out: ${skipped.join(', ')}.`}\n`);
  return exitCodes.ok;
}

async function learnCommand(file: string, options: Options & { readonly write?: boolean }, terminal: Terminal): Promise<number> {
  const catalogue = loadCatalogue();
  const document = await readPipeline(file);
  const node = findNode(document, catalogue, options.node);
  const engine = await createEngine({ ...(await openPlace(file, options.project)), ...appPlaces(), catalogue, scratch: true });
  try {
    const params = await learnContract(engine, document, node, new AbortController().signal);
    if (options.write === true) {
      await writeFile(file, serialiseDocument({ ...document, nodes: document.nodes.map((one) => (one.id === node.id ? { ...one, params } : one)) }));
      terminal.error(`${file} expects ${params.columns.length} columns and ${params.expectations.length} things of them.\n`);
    } else printJson(terminal, params);
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}
