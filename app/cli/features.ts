import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { PenstockError } from '#app/core/errors.ts';
import { formatAgo, formatBytes, formatCount, formatDuration } from '#app/core/units.ts';
import { appPlaces, createEngine, findProject, listViews, showView, type Engine } from '#app/engine/index.ts';
import { readPipeline } from './document.ts';
import { withOpenProject } from './open-project.ts';
import { runCommand } from './run.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

interface Place {
  readonly project?: string;
  readonly json?: boolean;
}

const projectHelp = 'project folder (default: the nearest)';
const collect = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value];

/** `penstock features …` */
export function featureCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const features = program.command('features').description('the feature store: views, their rows and tests, lookups by key');
  features
    .command('list', { isDefault: true })
    .description('the feature views with their freshness')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((options: Place) => done(listCommand(options, terminal)));
  features
    .command('show <view>')
    .description('a view: features, versions, lineage, models that use it')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((view: string, options: Place) => done(showCommand(view, options, terminal)));
  features
    .command('get <view>')
    .description('the features of one key, now or as they were known at a time; VIEW@3 is version 3')
    .requiredOption('--key <column=value>', 'a key column; once for each', collect)
    .option('--at <time>', 'as known then: 2024-05-31 or "2024-05-31 08:00", in UTC (default: now, from the online store)')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((view: string, options: Place & { key: string[]; at?: string }) => done(getCommand(view, options, terminal)));
  features
    .command('materialise <pipeline>')
    .alias('materialize')
    .description('make the rows of all feature views of a pipeline, with what they need')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((file: string, options: Place) => done(materialiseCommand(file, options, terminal)));
  features
    .command('online <view>')
    .description('make what is kept for lookups again from the kept rows, where features.db was deleted')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((view: string, options: Place) => done(onlineCommand(view, options, terminal)));
  features
    .command('history <view>')
    .description('each time that the rows of a view were made, newest first')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((view: string, options: Place) => done(historyCommand(view, options, terminal)));
  features
    .command('check [views...]')
    .description('fails when a view is stale, empty, or its last rows were kept back by a test')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((views: string[], options: Place) => done(checkCommand(views, options, terminal)));
}

async function withProject<T>({ project }: Place, work: (engine: Engine) => T | Promise<T>): Promise<T> {
  const place = project === undefined ? findProject(process.cwd()) : { projectDir: path.resolve(project) };
  if (!existsSync(path.join(place.projectDir, 'penstock.db'))) {
    throw new PenstockError('project-missing', `There is no project in ${place.projectDir}.`, { remedy: 'Name the folder of a project with --project; “penstock run” and “penstock serve” make one.' });
  }
  const engine = await createEngine({ ...place, ...appPlaces(), readOnly: true });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

const seconds = (value: number | null): string => (value === null ? 'never' : formatDuration(value * 1000));
const stateWords = { fresh: 'fresh', ageing: 'ageing', stale: 'stale', untimed: 'no time to live', empty: 'no rows' } as const;

function onlineCommand(view: string, options: Place, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'write', async (engine) => {
    const versions = await engine.features.restoreOnline(view);
    if (options.json === true) printJson(terminal, { view, versions });
    else terminal.out(versions.length === 0 ? `Nothing of “${view}” is gone.\n` : `${versions.map((version) => `${view}@${version}`).join(', ')} can be looked up again.\n`);
    return exitCodes.ok;
  });
}

async function listCommand(options: Place, terminal: Terminal): Promise<number> {
  return withProject(options, (engine) => {
    const views = listViews(engine);
    if (options.json === true) printJson(terminal, views);
    else if (views.length === 0) terminal.out('No feature views yet. A pipeline with a Feature View makes one.\n');
    else {
      const head = ['VIEW', 'KEY', 'FEATURES', 'ROWS', 'KEYS', 'NEWEST EVENT', 'STATE', 'MODELS', 'OWNER'];
      terminal.out(
        textTable([
          head,
          ...views.map((one) => [
            `${one.name}@${one.version}`,
            one.keys.map(({ name }) => name).join(', '),
            String(one.features.length),
            one.current === null ? '–' : formatCount(one.current.rows),
            one.current === null ? '–' : formatCount(one.current.entities),
            one.freshness.lastEvent === null ? '–' : formatAgo(one.freshness.lastEvent, Date.now()),
            `${stateWords[one.freshness.state]}${one.latest?.status === 'held' ? ', last rows kept back' : ''}${one.isOnlineLost ? ', lookups gone' : ''}`,
            String(one.models),
            one.owner,
          ]),
        ]),
      );
    }
    return exitCodes.ok;
  });
}

async function showCommand(view: string, options: Place, terminal: Terminal): Promise<number> {
  return withProject(options, (engine) => {
    const one = showView(engine, view);
    if (options.json === true) {
      printJson(terminal, one);
      return exitCodes.ok;
    }
    const from = new Map(one.lineage.map(({ column, from: sources }) => [column, [...new Set(sources.filter(({ via }) => via === 'value').map(({ label, column: of }) => `${label}: ${of}`))].join(', ')]));
    terminal.out(`${one.name}, version ${one.version}${one.owner === '' ? '' : `, ${one.owner}`}\n${one.description === '' ? '' : `${one.description}\n`}`);
    terminal.out(`Key ${one.keys.map(({ name, type }) => `${name} (${type})`).join(', ')}; event time ${one.time}; values expire after ${seconds(one.ttl)}; ${stateWords[one.freshness.state]}\n\n`);
    terminal.out(textTable([['FEATURE', 'TYPE', 'FROM', 'WHAT IT IS'], ...one.features.map(({ name, type }) => [name, type, from.get(name) ?? '', one.notes[name] ?? ''])]));
    if (one.current !== null) terminal.out(`\n${formatCount(one.current.rows)} rows of ${formatCount(one.current.entities)} keys, ${formatBytes(one.current.bytes)}; ${one.online === null ? 'not kept for lookups' : `${formatCount(one.online)} keys can be looked up`}\n`);
    for (const { passed, message } of one.latest?.tests ?? []) terminal.out(`${passed ? '✓' : '✗'} ${message}\n`);
    terminal.out(one.uses.length === 0 ? '\nNo model uses it.\n' : `\nUsed by\n${textTable(one.uses.map((use) => [`${use.model}@${use.modelVersion}`, use.stage, `version ${use.version}`, [...use.columns, ...use.computed.map((name) => `(${name})`)].join(', ')]))}`);
    return exitCodes.ok;
  });
}

async function getCommand(reference: string, options: Place & { readonly key: readonly string[]; readonly at?: string }, terminal: Terminal): Promise<number> {
  const match = /^([^@]+)(?:@(\d+|latest))?$/.exec(reference);
  const view = match?.[1] ?? reference;
  const version = match?.[2] === undefined || match[2] === 'latest' ? null : Number(match[2]);
  const key = Object.fromEntries(
    options.key.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals <= 0) throw new PenstockError('features-key', `“${pair}” is not COLUMN=VALUE.`, { remedy: 'Write it like --key customer_id=17.' });
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
  return withProject(options, async (engine) => {
    const found = await engine.features.get(view, version, key, options.at ?? null);
    if (options.json === true) printJson(terminal, found);
    else if (!found.isFound) terminal.out(`“${view}” knows nothing of that key${options.at === undefined ? '' : ' at that time'}.\n`);
    else {
      terminal.out(textTable(Object.entries(found.values).map(([name, value]) => [name, value === null ? '(missing)' : String(value)])));
      terminal.out(`${found.view}@${found.version}, event ${new Date(found.event ?? 0).toISOString().slice(0, 19).replace('T', ' ')}, ${formatDuration(found.ageMs ?? 0)} old${found.isExpired ? ': older than the time to live, so its values count as missing' : ''}\n`);
    }
    return found.isFound ? exitCodes.ok : exitCodes.failed;
  });
}

async function materialiseCommand(file: string, options: Place, terminal: Terminal): Promise<number> {
  const document = await readPipeline(file);
  const to = document.nodes.filter(({ type }) => type === 'monitor/feature-view').map(({ id }) => id);
  if (to.length === 0) throw new PenstockError('no-feature-views', `${file} has no Feature View.`, { remedy: 'Put one behind the table of features.', place: { file } });
  return runCommand(file, { to, ...(options.project === undefined ? {} : { project: options.project }), ...(options.json === undefined ? {} : { json: options.json }) }, terminal);
}

async function historyCommand(view: string, options: Place, terminal: Terminal): Promise<number> {
  return withProject(options, (engine) => {
    const { history } = showView(engine, view);
    if (options.json === true) printJson(terminal, history);
    else {
      const passed = (tests: (typeof history)[number]['tests']): string => (tests.length === 0 ? '–' : `${tests.filter((test) => test.passed).length} of ${tests.length}`);
      terminal.out(textTable([['MADE', 'VERSION', 'STATUS', 'ROWS', 'KEYS', 'TESTS', 'RUN'], ...history.map((one) => [new Date(one.at).toISOString().slice(0, 19).replace('T', ' '), String(one.version), one.status === 'held' ? 'kept back' : one.status, formatCount(one.rows), formatCount(one.entities), passed(one.tests), one.runId ?? ''])]));
    }
    return exitCodes.ok;
  });
}

async function checkCommand(names: readonly string[], options: Place, terminal: Terminal): Promise<number> {
  return withProject(options, (engine) => {
    for (const name of names) engine.features.versions(name);
    const views = listViews(engine).filter(({ name }) => names.length === 0 || names.includes(name));
    const checked = views.map((view) => {
      const problems = [
        ...(view.freshness.state === 'stale' ? [`its newest event is ${formatDuration(view.freshness.ageMs ?? 0)} old, and values count for ${seconds(view.ttl)}`] : []),
        ...(view.freshness.state === 'empty' ? ['it has no rows'] : []),
        ...(view.latest?.status === 'held' ? view.latest.tests.filter(({ passed }) => !passed).map(({ message }) => `kept back: ${message}`) : []),
      ];
      return { view: view.name, version: view.version, ok: problems.length === 0, freshness: view.freshness, problems };
    });
    if (options.json === true) printJson(terminal, checked);
    else for (const { view, ok, problems } of checked) terminal.out(ok ? `✓ ${view}\n` : `✗ ${view}: ${problems.join('; ')}\n`);
    return checked.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed;
  });
}
