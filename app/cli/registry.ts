import { InvalidArgumentError, type Command } from 'commander';
import { modelStages, type ModelStage } from '#app/engine/index.ts';
import { compareModels, exportModel, listModels, showModel, type Place } from './registry-look.ts';
import { aliasModel, approveModel, importModelFile, noteModel, promoteModel, pullModel, pushModel, removeModel, rollBackModel, type ImportOptions, type ServerOptions } from './registry-change.ts';
import type { Terminal } from './terminal.ts';

const projectHelp = 'project folder (default: the nearest)';
const referenceHelp = 'NAME, NAME@3, NAME@ALIAS, NAME@production or NAME@latest; NAME alone is the one in production, else the newest';
const collect = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value];

/** `penstock model list|show|…`: the registry's part of the group. */
export function registryCommands(model: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const command = (usage: string, what: string): Command => model.command(usage).description(what).option('--project <folder>', projectHelp).option('--json', 'print JSON');
  command('list [search...]', 'list the models; with a search, as in stage:production auc>0.8 churn, the versions it finds').action((search: string[], options: Place) => done(listModels(search.join(' '), options, terminal)));
  command('show <model>', `show a version: ${referenceHelp}`).action((reference: string, options: Place) => done(showModel(reference, options, terminal)));
  command('compare <models...>', 'put versions side by side; the first is what the others are compared with').action((references: string[], options: Place) => done(compareModels(references, options, terminal)));
  command('promote <model>', 'move a version to a stage, production unless said otherwise; the version in production before is archived')
    .option('--to <stage>', modelStages.join(', '), stage, 'production')
    .option('--keep', 'leave the version that is in production there')
    .option('--anyway', 'also against a rejection and the number of approvals that the project asks for')
    .action((reference: string, options: Place & { to: ModelStage; keep?: boolean; anyway?: boolean }) => done(promoteModel(reference, options, terminal)));
  command('rollback <name>', 'bring back the version that was in production before').option('--anyway', 'also to a version that was rejected since').action((name: string, options: Place & { anyway?: boolean }) => done(rollBackModel(name, options, terminal)));
  command('alias <model> <alias>', 'point an alias at a version').option('--remove', 'take the alias away').action((reference: string, alias: string, options: Place & { remove?: boolean }) => done(aliasModel(reference, alias, options, terminal)));
  command('approve <model>', 'approve a version, or with --reject refuse it; one verdict a person').option('--reject', 'it must not go to production').option('--note <text>', 'why').action((reference: string, options: Place & { reject?: boolean; note?: string }) => done(approveModel(reference, options, terminal)));
  command('note <model> <text>', 'set the note of a version').action((reference: string, text: string, options: Place) => done(noteModel(reference, text, options, terminal)));
  command('import <file>', 'register an ONNX file from elsewhere')
    .requiredOption('--name <name>', 'name of the model')
    .option('--rows <file>', 'CSV, Parquet, JSON or Excel file with rows to test it on, whose columns its inputs are')
    .option('--target <column>', 'what it predicts')
    .option('--columns <input=a,b,c>', 'columns that an input takes, in the order of training; may be repeated', collect)
    .option('--output <name>', 'output with probabilities, scores or the number')
    .option('--predicts <what>', 'classes or number', oneOf('classes', 'number'))
    .option('--classes <list>', 'in the order of the output, as in no,yes')
    .option('--logits', 'the output holds scores of any size, not probabilities')
    .option('--note <text>')
    .action((file: string, options: ImportOptions) => done(importModelFile(file, options, terminal)));
  command('export <model> <path>', 'write a version as one .onnx file, or as a bundle: a folder or a .zip').action((reference: string, target: string, options: Place) => done(exportModel(reference, target, options, terminal)));
  const server = (one: Command): Command => one.option('--server <url>', 'MLflow server (default: the project’s, else MLFLOW_TRACKING_URI); PENSTOCK_SECRET_MLFLOW holds its password or token').option('--user <name>', 'user there; without one the secret is a token');
  server(command('push <model>', 'send a version to an MLflow server: a run with params, metrics and files, and a registered version'))
    .option('--experiment <name>', 'experiment that the run goes to')
    .option('--as <name>', 'name of the registered model there (default: the same)')
    .option('--alias <alias>', 'alias to point at it there')
    .action((reference: string, options: ServerOptions) => done(pushModel(reference, options, terminal)));
  server(command('pull <model>', 'take a registered ONNX model from an MLflow server: NAME, NAME@3 or NAME@ALIAS'))
    .option('--as <name>', 'name of the model here (default: the same)')
    .action((reference: string, options: ServerOptions) => done(pullModel(reference, options, terminal)));
  command('remove <model>', 'take a version out of the registry').option('--anyway', 'also where it is in production, pointed at or served').action((reference: string, options: Place & { anyway?: boolean }) => done(removeModel(reference, options, terminal)));
}

function stage(text: string): ModelStage {
  const found = modelStages.find((one) => one === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`It must be one of ${modelStages.join(', ')}.`);
}

function oneOf(...texts: readonly string[]): (text: string) => string {
  return (text) => {
    if (texts.includes(text)) return text;
    throw new InvalidArgumentError(`It must be one of ${texts.join(', ')}.`);
  };
}
