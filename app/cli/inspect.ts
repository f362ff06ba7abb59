import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { formatAgo, formatDuration } from '#app/core/units.ts';
import { appPlaces, createEngine, doctor, findProject, loadCatalogue, type Engine } from '#app/engine/index.ts';
import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { paramsJsonSchema, placeOf, readPipeline } from './document.ts';
import { bringExampleData, isExample } from './project.ts';
import { exitCodes, failureText, printJson, textTable, type Terminal } from './terminal.ts';

interface Json {
  readonly json?: boolean;
}

/** `penstock validate`: configures the pipeline without running or storing anything; 0 when there is no error. */
export async function validateCommand(file: string, options: Json & { readonly project?: string }, terminal: Terminal): Promise<number> {
  const document = await readPipeline(file);
  // An example is read with its own data, which only a project that it ran in has.
  const example = options.project === undefined && (await isExample(file));
  return withScratchEngine(example ? null : placeOf(file, options.project).filesDir, async (engine) => {
    if (example) await bringExampleData(engine.filesDir);
    const analysis = await engine.analyse(document);
    const diagnostics: readonly Diagnostic[] = [...analysis.diagnostics, ...(await engine.leaks.find(analysis)).map(({ fix: _fix, ...one }) => one)];
    const errors = diagnostics.filter((one) => one.severity === 'error').length;
    if (options.json === true) printJson(terminal, { valid: errors === 0, diagnostics });
    else {
      for (const one of diagnostics) terminal.out(`${one.severity}${one.place?.nodeId === undefined ? '' : ` in ${one.place.nodeId}`}: ${failureText(one)}\n`);
      terminal.out(errors === 0 ? `${file} is valid.\n` : `${file} has ${errors} ${errors === 1 ? 'error' : 'errors'}.\n`);
    }
    return errors === 0 ? exitCodes.ok : exitCodes.failed;
  });
}

/** `penstock nodes` */
export function nodesCommand(options: Json, terminal: Terminal): number {
  const types = [...loadCatalogue().values()].map(({ definition }) => definition);
  if (options.json === true) {
    printJson(
      terminal,
      types.map(({ type, title, version, summary, inputs, outputs, params }) => ({ type, title, category: type.split('/')[0], version, summary, inputs, outputs, params: paramsJsonSchema(params) })),
    );
  } else terminal.out(textTable(types.map(({ type, title, summary }) => [type, title, summary])));
  return exitCodes.ok;
}

/** `penstock runs`: of a project, newest first. */
export async function runsCommand(options: Json & { readonly project?: string; readonly limit?: number }, terminal: Terminal): Promise<number> {
  const place = options.project === undefined ? findProject(process.cwd()) : { projectDir: path.resolve(options.project) };
  if (!existsSync(path.join(place.projectDir, 'penstock.db'))) {
    throw new PenstockError('project-missing', `There is no project in ${place.projectDir}.`, { remedy: 'Name the folder of a project with --project; “penstock run” and “penstock serve” make one.' });
  }
  // Opening for writing, where nobody else does, marks runs of a killed process as interrupted.
  const engine = await createEngine({ ...place, ...appPlaces() });
  try {
    const runs = engine.store.records.list({ limit: options.limit ?? 20 });
    if (options.json === true) printJson(terminal, runs);
    else if (runs.length === 0) terminal.out('No runs yet.\n');
    else {
      terminal.out(textTable(runs.map((run) => [run.runId, run.damaged === undefined ? run.status : 'damaged', run.title, run.ms === null ? '' : formatDuration(run.ms), formatAgo(run.startedAt, Date.now())])));
      for (const { damaged } of runs) if (damaged !== undefined) terminal.error(`${damaged.message} ${damaged.remedy ?? ''}\n`);
    }
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}

/** `penstock doctor`: 0 unless something that is needed is missing. */
export async function doctorCommand(options: Json & { readonly project?: string }, terminal: Terminal): Promise<number> {
  const place = options.project === undefined ? findProject(process.cwd()) : { projectDir: path.resolve(options.project) };
  // Looking makes no project where there is none.
  const present = existsSync(path.join(place.projectDir, 'penstock.db'));
  const work = async (engine: Engine): Promise<number> => {
    const checks = (await doctor(engine)).map((check) => (present || check.name !== 'Project folder' ? check : { ...check, detail: `none yet in ${place.projectDir}; “penstock run” and “penstock serve” make one` }));
    if (options.json === true) printJson(terminal, { checks });
    else terminal.out(textTable(checks.map(({ name, status, detail }) => [status === 'ok' ? '✓' : status === 'warning' ? '!' : '✗', name, detail])));
    return checks.some((check) => check.status === 'missing') ? exitCodes.failed : exitCodes.ok;
  };
  if (!present) return withScratchEngine(null, work);
  const engine = await createEngine({ ...place, ...appPlaces() });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** An engine to look at a pipeline with: over its project's results where there is one, without its lease, else over a project that is thrown away. */
export async function withLookingEngine<T>(file: string, project: string | undefined, work: (engine: Engine) => Promise<T>): Promise<T> {
  const example = project === undefined && (await isExample(file));
  const place = example ? null : placeOf(file, project);
  if (place === null || !existsSync(path.join(place.projectDir, 'penstock.db'))) {
    return withScratchEngine(place === null ? null : place.filesDir, async (engine) => {
      if (example) await bringExampleData(engine.filesDir);
      return work(engine);
    });
  }
  const engine = await createEngine({ ...place, ...appPlaces(), readOnly: true });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** An engine whose project is thrown away: looking must leave no trace and needs no lease. Null: files are in it, too. */
export async function withScratchEngine<T>(filesDir: string | null, work: (engine: Engine) => Promise<T>): Promise<T> {
  const projectDir = await mkdtemp(path.join(os.tmpdir(), 'penstock-look-'));
  try {
    const engine = await createEngine({ projectDir, filesDir: filesDir ?? projectDir, ...appPlaces() });
    try {
      return await work(engine);
    } finally {
      await engine.close();
    }
  } finally {
    await rm(projectDir, { recursive: true, force: true });
  }
}
