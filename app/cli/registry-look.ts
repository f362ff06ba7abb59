import path from 'node:path';
import { formatAgo, formatBytes, formatCount, formatNumber } from '#app/core/units.ts';
import { comparison, exportVersion, listModels as registeredModels, person, recipeSentence, versionDetail, versionSummary, type Engine } from '#app/engine/index.ts';
import { withOpenProject } from './open-project.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

export interface Place {
  readonly project?: string;
  readonly json?: boolean;
}

/** `penstock model list`: models; with a search the versions found. @throws PenstockError `search-syntax`. */
export function listModels(query: string, options: Place, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'read', async (engine) => {
    const models = registeredModels(engine, query);
    const versions = models.flatMap(({ name, found }) => found.flatMap((version) => engine.store.models.get(name, version) ?? []));
    if (options.json === true) printJson(terminal, { models, versions: versions.map((record) => versionSummary(engine, record)) });
    else if (models.length === 0) terminal.out(query === '' ? 'No models yet. The node “Register Model” registers one, and “penstock model import” takes an ONNX file.\n' : 'No version is like that.\n');
    else if (query === '') terminal.out(textTable(models.map((one) => [one.name, one.production.length > 0 ? `production ${one.production.map((version) => `v${version}`).join(', ')}` : '', `${one.versions} ${one.versions === 1 ? 'version' : 'versions'}`, one.metric === null ? '' : `${one.metric.name} ${formatNumber(one.metric.best.value)} (v${one.metric.best.version})`, `${one.algorithm} of ${one.target}`, formatAgo(one.registeredAt, Date.now())])));
    else terminal.out(textTable(versions.map((one) => [`${one.name}@${one.version}`, one.stage, one.aliases.join(', '), one.value.algorithm, formatAgo(one.createdAt, Date.now()), one.note.split('\n')[0] ?? ''])));
    return exitCodes.ok;
  });
}

/** `penstock model show` */
export function showModel(reference: string, options: Place, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'read', async (engine) => {
    const detail = versionDetail(engine, engine.store.models.resolve(reference));
    if (options.json === true) printJson(terminal, detail);
    else terminal.out(describe(engine, detail));
    return exitCodes.ok;
  });
}

function describe(engine: Engine, one: ReturnType<typeof versionDetail>): string {
  const rows = (pairs: readonly (readonly [string, string | null | undefined])[]): string => textTable(pairs.flatMap(([name, value]) => (value === null || value === undefined || value === '' ? [] : [[`  ${name}`, value]])));
  const recipe = engine.store.models.get(one.name, one.version)?.facts.recipe;
  return [
    `${one.name}@${one.version}  ${one.stage}${one.aliases.length === 0 ? '' : `  (${one.aliases.join(', ')})`}\n`,
    rows([
      ['Predicts', `${one.target.name} (${one.task}${one.classes === null ? '' : `: ${one.classes.join(', ')}`})`],
      ['From', one.inputs.map(({ name, type }) => `${name} ${type}`).join(', ')],
      ['Algorithm', one.algorithm],
      ['Recipe', recipe === undefined ? null : recipeSentence(recipe)],
      ['Trained on', one.dataset === null ? null : `${one.dataset.title}: ${one.dataset.rows === null ? '' : `${formatCount(one.dataset.rows)} rows, `}${one.dataset.columns.length} columns`],
      ['Data', one.data?.slice(0, 16)],
      ['Pipeline', one.pipelineTitle === null ? null : `${one.pipelineTitle}${one.pipelineHash === null ? '' : ` (${one.pipelineHash.slice(0, 10)})`}`],
      ['Commit', one.commit?.slice(0, 10)],
      ['Run', one.runId],
      ['Origin', one.origin],
      ['Registered', `${formatAgo(one.createdAt, Date.now())}${one.actor === null ? '' : ` by ${person(one.actor)}`}`],
      ['Note', one.note],
      ['Used by', one.usedBy.join(', ')],
    ]),
    Object.keys(one.metrics).length === 0 ? '' : `\nMetrics\n${rows(Object.entries(one.metrics).map(([name, value]) => [name, formatNumber(value)]))}`,
    one.approvals.length === 0 ? '' : `\nApprovals\n${rows(one.approvals.map(({ actor, verdict, note }) => [person(actor), `${verdict}${note === '' ? '' : `: ${note}`}`]))}`,
    one.history.length === 0 ? '' : `\nHistory\n${rows(one.history.map(({ at, actor, action, details }) => [new Date(at).toISOString().slice(0, 16).replace('T', ' '), `${person(actor)}  ${action}  ${JSON.stringify(details)}`]))}`,
  ].join('');
}

/** `penstock model compare`. @throws PenstockError `unknown-model`. */
export function compareModels(references: readonly string[], options: Place, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'read', async (engine) => {
    const wanted = references.map((reference) => engine.store.models.resolve(reference));
    const { versions, compared } = comparison(engine, wanted);
    if (options.json === true) {
      printJson(terminal, { versions, ...compared });
      return exitCodes.ok;
    }
    const signed = (value: number): string => `${value > 0 ? '+' : ''}${formatNumber(value)}`;
    const head = ['', ...versions.map(({ name, version }) => `${name}@${version}`)];
    const metrics = compared.metrics.map(({ name, values, differences, best }) => [name, ...values.map((value, place) => (value === null ? '–' : `${formatNumber(value)}${place > 0 && differences[place] !== null && differences[place] !== undefined && differences[place] !== 0 ? ` (${signed(differences[place])})` : ''}${best === place ? ' ★' : ''}`))]);
    const rest = [...compared.facts.map(({ name, values }) => [name, ...values.map((value) => value ?? '–')]), ...compared.params.map(({ name, values }) => [`param ${name}`, ...values.map((value) => value ?? '–')]), ...compared.inputs.map(({ name, types }) => [`input ${name}`, ...types.map((type) => type ?? 'not there')])];
    const data = ['data', ...compared.sameData.map((same, place) => (place === 0 ? '' : same === null ? 'not known' : same ? 'the same' : 'other'))];
    terminal.out(textTable([head, ...metrics, ...rest, data]));
    return exitCodes.ok;
  });
}

/** `penstock model export`. @throws PenstockError `unknown-model`, those of writing. */
export function exportModel(reference: string, target: string, options: Place, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'read', async (engine) => {
    const record = engine.store.models.resolve(reference);
    const written = await exportVersion(engine, record, path.resolve(target), new AbortController().signal);
    if (options.json === true) printJson(terminal, { name: record.name, version: record.version, ...written });
    else terminal.out(`${record.name}@${record.version} is in ${written.path} (${formatBytes(written.bytes)}).\n`);
    return exitCodes.ok;
  });
}
