import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { formatNumber } from '#app/core/units.ts';
import { appPlaces, compareRuns, createEngine, findProject, loadCatalogue, type Engine } from '#app/engine/index.ts';
import { catalogueNames, changeSentences } from '#app/pipeline/diff-words.ts';
import { diffDocuments, isCosmetic } from '#app/pipeline/diff.ts';
import { conflictSentence, mergeDocuments } from '#app/pipeline/merge.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { typeOfNode } from '#app/pipeline/subflow/node-type.ts';
import { takesSeveral } from '#app/sdk/ports.ts';
import { readPipeline } from './document.ts';
import { exitCodes, printJson, type Terminal } from './terminal.ts';

export interface DiffOptions {
  readonly project?: string;
  readonly json?: boolean;
}

/**
 * `penstock diff A B`: how pipeline file B differs from A, or run B from run A. 0 where nothing differs, 1 where something does, as
 * of diff(1); what only changes how it looks (moves, titles, comments) counts as a difference of files.
 * @throws PenstockError `diff-mixed` for a file and a run, `unknown-run`, `project-missing`, those of reading.
 */
export async function diffCommand(before: string, after: string, options: DiffOptions, terminal: Terminal): Promise<number> {
  const runs = [before, after].map(isRunId);
  if (runs[0] !== runs[1]) throw new PenstockError('diff-mixed', `“${before}” and “${after}” are not of one kind.`, { remedy: 'Name two pipeline files, or the ids of two runs as “penstock runs” lists them.' });
  return runs[0] === true ? diffOfRuns(before, after, options, terminal) : diffOfFiles(before, after, options, terminal);
}

/** Ids are 17 letters and digits; files have at least a dot in their name. */
const isRunId = (text: string): boolean => /^[0-9a-zA-Z]{12,40}$/.test(text) && !existsSync(text);

async function diffOfFiles(before: string, after: string, options: DiffOptions, terminal: Terminal): Promise<number> {
  const changes = diffDocuments(await readPipeline(before), await readPipeline(after));
  const names = catalogueNames(loadCatalogue());
  if (options.json === true) {
    printJson(terminal, { before, after, same: changes.length === 0, changes: changes.map((change) => ({ ...change, changesResults: !isCosmetic(change), words: changeSentences([change], names)[0] })) });
  } else if (changes.length === 0) terminal.out('No difference.\n');
  else terminal.out(changeSentences(changes, names).map((sentence) => `${sentence}.\n`).join(''));
  return changes.length === 0 ? exitCodes.ok : exitCodes.failed;
}

async function diffOfRuns(before: string, after: string, options: DiffOptions, terminal: Terminal): Promise<number> {
  return withProject(options.project, async (engine) => {
    const difference = await compareRuns(engine, before, after);
    const isSame = difference.from === null && difference.metrics.length === 0;
    if (options.json === true) printJson(terminal, { before, after, same: isSame, ...difference });
    else {
      terminal.out(`${difference.verdict}\n`);
      if (difference.changes.length > 0) terminal.out(`\nThe pipeline:\n${difference.changes.map((sentence) => `  ${sentence}.\n`).join('')}`);
      if (difference.ports.length > 0) terminal.out(`\nTables:\n${difference.ports.map(({ title, port, words }) => `  ${title} (${port}): ${words.join('; ')}\n`).join('')}`);
      const number = (value: number | null): string => (value === null ? '–' : formatNumber(value));
      if (difference.metrics.length > 0) terminal.out(`\nMetrics:\n${difference.metrics.map(({ name, values: [was, now] }) => `  ${name}: ${number(was)} → ${number(now)}\n`).join('')}`);
    }
    return isSame ? exitCodes.ok : exitCodes.failed;
  });
}

async function withProject<T>(project: string | undefined, work: (engine: Engine) => Promise<T>): Promise<T> {
  const place = project === undefined ? findProject(process.cwd()) : { projectDir: path.resolve(project), filesDir: path.resolve(project) };
  if (!existsSync(path.join(place.projectDir, 'penstock.db'))) {
    throw new PenstockError('project-missing', `There is no project in ${place.projectDir}.`, { remedy: 'Name the folder of the project that has these runs with --project.' });
  }
  const engine = await createEngine({ ...place, ...appPlaces(), readOnly: true });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

export interface MergeOptions {
  readonly print?: boolean;
  readonly json?: boolean;
}

/**
 * `penstock merge BASE OURS THEIRS`: writes the three-way merge into OURS, as `git merge-file` does, or with `--print` to the output.
 * 0 where everything went together, 1 with conflicts, which are told in sentences; the file is a whole pipeline either way.
 */
export async function mergeCommand(base: string, ours: string, theirs: string, options: MergeOptions, terminal: Terminal): Promise<number> {
  const catalogue = loadCatalogue();
  const [old, mine, other] = await Promise.all([readPipeline(base), readPipeline(ours), readPipeline(theirs)]);
  const { document, conflicts } = mergeDocuments(old, mine, other, (node, port) => {
    const spec = typeOfNode(catalogue, node)?.definition.inputs.find(({ name }) => name === port);
    return spec === undefined || !takesSeveral(spec);
  });
  const text = serialiseDocument(document);
  const names = catalogueNames(catalogue);
  const sentences = conflicts.map((conflict) => conflictSentence(conflict, names));
  if (options.print === true && options.json !== true) terminal.out(text);
  else if (options.print !== true) await writeFile(ours, text);
  if (options.json === true) printJson(terminal, { conflicts: conflicts.map((conflict, index) => ({ ...conflict, words: sentences[index] })), ...(options.print === true ? { document } : {}) });
  else if (sentences.length > 0) {
    const one = sentences.length === 1;
    terminal.error(`${sentences.length} ${one ? 'place needs' : 'places need'} a look:\n${sentences.map((sentence) => `  ${sentence}\n`).join('')}`);
  }
  return conflicts.length === 0 ? exitCodes.ok : exitCodes.failed;
}
