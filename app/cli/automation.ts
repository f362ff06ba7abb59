import path from 'node:path';
import type { AutomationSpec, Firing, ParamOverride, Trigger } from '#app/core/automation.ts';
import { nextTimes } from '#app/core/cron.ts';
import { PenstockError } from '#app/core/errors.ts';
import { formatDuration } from '#app/core/units.ts';
import { appPlaces, createEngine, findProject, type Engine } from '#app/engine/index.ts';
import { toString as cronWords } from 'cronstrue';
import { locked } from './run.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

interface Place {
  readonly project?: string;
  readonly json?: boolean;
}

export interface AddOptions extends Place {
  readonly name?: string;
  readonly cron?: string;
  readonly timezone?: string;
  readonly onFile?: string;
  readonly onRun?: string;
  readonly runStatus: 'succeeded' | 'failed' | 'any';
  readonly onAlarm?: string | true;
  readonly onModel?: string;
  readonly onWebhook?: true;
  readonly secret?: string;
  readonly to?: readonly string[];
  readonly set?: readonly string[];
  readonly misfire: AutomationSpec['misfire']['policy'];
  readonly retries: number;
  readonly timeout: number;
  readonly overlap: AutomationSpec['overlap'];
  readonly notify?: readonly string[];
}

type Listed = ReturnType<Engine['automation']['list']>[number];

/** `penstock automation list` */
export function listAutomations(options: Place, terminal: Terminal): Promise<number> {
  return withProject(options, 'read', (engine) => {
    const all = engine.automation.list().map((record) => ({ record, next: engine.automation.nextDue(record), last: engine.store.automation.firings({ automationId: record.id, limit: 1 })[0] ?? null }));
    if (options.json === true) printJson(terminal, all.map(({ record, next, last }) => ({ ...plain(record), nextAt: next, last })));
    else if (all.length === 0) terminal.out('No schedules or triggers yet. “penstock automation add” adds one.\n');
    else terminal.out(textTable(all.map(({ record, next, last }) => [record.id, record.enabled ? 'on' : 'off', record.spec.name, triggerWords(record.spec.trigger), next === null ? '' : `next ${when(next, record.spec.trigger)}`, last === null ? 'never fired' : `last: ${last.state}`])));
    return exitCodes.ok;
  });
}

/** `penstock automation show` */
export function showAutomation(name: string, options: Place, terminal: Terminal): Promise<number> {
  return withProject(options, 'read', (engine) => {
    const record = find(engine, name);
    const { spec } = record;
    const next = spec.trigger.kind === 'cron' && record.enabled ? nextTimes(spec.trigger.cron, spec.trigger.timezone, Date.now(), 5) : [];
    if (options.json === true) {
      printJson(terminal, { ...plain(record), next });
      return exitCodes.ok;
    }
    terminal.out(
      textTable([
        ['Name', spec.name],
        ['Id', record.id],
        ['State', record.enabled ? 'on' : 'off'],
        ['Pipeline', `${spec.pipeline}${spec.to.length === 0 ? '' : ` up to ${spec.to.join(', ')}`}`],
        ['Fires', triggerWords(spec.trigger)],
        ...spec.overrides.map((one): [string, string] => ['Sets', `${one.node}.${one.param} = ${JSON.stringify(one.value)}`]),
        ['Missed times', { skip: 'are left out', once: 'are made up for by one run', all: `are made up for, the last ${spec.misfire.limit}` }[spec.misfire.policy]],
        ['Overlap', { skip: 'left out while the one before runs', queue: 'waits for the one before', replace: 'cancels the one before' }[spec.overlap]],
        ['Retries', spec.retry.times === 0 ? 'none' : `${spec.retry.times}, after ${formatDuration(spec.retry.seconds * 1000)} and then twice as long each`],
        ['Time-out', spec.timeout === 0 ? 'none' : formatDuration(spec.timeout * 1000)],
        ['Tells', spec.notify.channels.length === 0 ? 'nobody' : `${spec.notify.channels.join(', ')} of ${spec.notify.on.join(', ')}`],
        ...next.map((at, index): [string, string] => [index === 0 ? 'Next' : '', when(at, spec.trigger)]),
      ]),
    );
    return exitCodes.ok;
  });
}

/** `penstock automation add`. @throws PenstockError `trigger-missing`, those of the engine. */
export function addAutomation(pipeline: string, options: AddOptions, terminal: Terminal): Promise<number> {
  return withProject(options, 'write', async (engine) => {
    const relative = path.relative(engine.projectDir, path.resolve(pipeline)).replaceAll('\\', '/');
    const inProject = relative.startsWith('..') ? pipeline : (await engine.pipelines.list()).some((one) => one.path === relative) ? relative : pipeline;
    const title = (await engine.pipelines.list()).find((one) => one.path === inProject)?.title ?? inProject;
    const { record, token } = await engine.automation.create({
      name: options.name ?? title,
      pipeline: inProject,
      trigger: triggerOf(options),
      to: [...(options.to ?? [])],
      overrides: (options.set ?? []).map(overrideOf),
      misfire: { policy: options.misfire },
      retry: { times: options.retries },
      timeout: options.timeout,
      overlap: options.overlap,
      notify: { channels: [...(options.notify ?? [])] },
    });
    const next = engine.automation.nextDue(record);
    if (options.json === true) printJson(terminal, { ...plain(record), nextAt: next, ...(token === null ? {} : { hook: `/hooks/${record.id}/${token}` }) });
    else {
      terminal.out(`Added “${record.spec.name}” (${record.id}): ${triggerWords(record.spec.trigger)}.${next === null ? '' : ` Next: ${when(next, record.spec.trigger)}.`}\n`);
      if (token !== null) terminal.out(`Call it at /hooks/${record.id}/${token} of “penstock work --webhooks PORT”. Keep the address to yourself: it is not shown again.\n`);
      terminal.error('It fires while the app, “penstock serve” or “penstock work” has the project open.\n');
    }
    return exitCodes.ok;
  });
}

/** `penstock automation enable` and `disable` */
export function switchAutomation(name: string, enabled: boolean, options: Place, terminal: Terminal): Promise<number> {
  return withProject(options, 'write', async (engine) => {
    const { spec } = await engine.automation.setEnabled(find(engine, name).id, enabled);
    terminal.out(`“${spec.name}” is ${enabled ? 'on' : 'off'}.\n`);
    return exitCodes.ok;
  });
}

/** `penstock automation remove` */
export function removeAutomation(name: string, options: Place, terminal: Terminal): Promise<number> {
  return withProject(options, 'write', (engine) => {
    const { id, spec } = find(engine, name);
    engine.automation.remove(id);
    terminal.out(`Removed “${spec.name}”.\n`);
    return exitCodes.ok;
  });
}

/** `penstock automation fire`: 0 when the firing succeeded, after its retries. */
export function fireAutomation(name: string, options: Place, terminal: Terminal): Promise<number> {
  return withProject(options, 'run', async (engine) => {
    const record = find(engine, name);
    const firing = engine.automation.fire(record.id);
    if (firing === null) return exitCodes.failed;
    const ended = await followFiring(engine, firing.id, terminal);
    // What else was due began as well, and is not cut off.
    await engine.automation.idle();
    terminal.error(`${firingLine(ended)}\n`);
    return ended.state === 'succeeded' ? exitCodes.ok : ended.state === 'cancelled' ? exitCodes.cancelled : exitCodes.failed;
  });
}

/** `penstock automation history` */
export function showHistory(name: string | undefined, options: Place & { readonly limit: number }, terminal: Terminal): Promise<number> {
  return withProject(options, 'read', (engine) => {
    const record = name === undefined ? null : find(engine, name);
    const firings = engine.store.automation.firings({ automationId: record?.id, limit: options.limit });
    const names = new Map(engine.automation.list().map(({ id, spec }) => [id, spec.name]));
    if (options.json === true) printJson(terminal, firings.map((firing) => ({ name: names.get(firing.automationId) ?? '', ...firing })));
    else if (firings.length === 0) terminal.out('Nothing has fired yet.\n');
    else terminal.out(textTable(firings.map((firing) => [new Date(firing.dueAt).toISOString().slice(0, 19).replace('T', ' '), names.get(firing.automationId) ?? '', firingLine(firing)])));
    return exitCodes.ok;
  });
}

/** How a firing went, in one line. */
export function firingLine({ state, reason, missed, firedAt, endedAt, attempts }: Firing): string {
  const facts = [missed > 1 ? `${missed} times` : '', firedAt !== null && endedAt !== null && attempts.length > 0 ? formatDuration(endedAt - firedAt) : '', attempts.length > 1 ? `${attempts.length} attempts` : ''].filter((one) => one !== '');
  return `${state}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}${reason === '' ? '' : `: ${reason}`}`;
}

/** Waits until a firing has ended; Ctrl+C cancels its run. */
async function followFiring(engine: Engine, firingId: string, terminal: Terminal): Promise<Firing> {
  const leave = new AbortController();
  const changes = engine.automation.changes.stream(leave.signal);
  // The scheduler's timers do not keep a process.
  const keep = setInterval(() => undefined, 60_000);
  const stop = (): void => {
    terminal.error('Cancelling …\n');
    for (const runId of engine.automation.scheduler.runner.activeRuns) engine.cancelRun(runId);
  };
  process.once('SIGINT', stop);
  try {
    for (let said = ''; ; ) {
      const next = changes.next();
      const firing = engine.store.automation.firing(firingId);
      if (firing.endedAt !== null) return firing;
      if (firing.reason !== said && firing.reason !== '') terminal.error(`${firing.reason}\n`);
      said = firing.reason;
      await next;
    }
  } finally {
    clearInterval(keep);
    process.removeListener('SIGINT', stop);
    leave.abort();
  }
}

/** Finds one by id, or by name where only one has it. @throws PenstockError `unknown-automation`, `ambiguous-automation`. */
function find(engine: Engine, name: string): Listed {
  const all = engine.automation.list();
  const byId = all.find(({ id }) => id === name);
  if (byId !== undefined) return byId;
  const named = all.filter(({ spec }) => spec.name.toLowerCase() === name.toLowerCase());
  if (named.length === 1 && named[0] !== undefined) return named[0];
  if (named.length > 1) throw new PenstockError('ambiguous-automation', `${named.length} schedules are called “${name}”.`, { remedy: `Use an id: ${named.map(({ id }) => id).join(', ')}.` });
  throw new PenstockError('unknown-automation', `There is no schedule or trigger “${name}” in this project.`, { remedy: all.length === 0 ? 'Add one: penstock automation add.' : `There are: ${all.map(({ spec }) => spec.name).join(', ')}.` });
}

function triggerOf(options: AddOptions): Trigger {
  const given: Trigger[] = [
    ...(options.cron === undefined ? [] : [{ kind: 'cron' as const, cron: options.cron, timezone: options.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone }]),
    ...(options.onFile === undefined ? [] : [{ kind: 'file' as const, glob: options.onFile, settleSeconds: 5, existing: false }]),
    ...(options.onRun === undefined ? [] : [{ kind: 'run' as const, pipeline: options.onRun, status: options.runStatus }]),
    ...(options.onAlarm === undefined ? [] : [{ kind: 'alarm' as const, monitor: options.onAlarm === true ? '' : options.onAlarm, severity: 'any' as const }]),
    ...(options.onModel === undefined ? [] : [{ kind: 'model' as const, model: options.onModel, change: 'registered' as const, is: '' }]),
    ...(options.onWebhook === undefined ? [] : [{ kind: 'webhook' as const, tokenHash: '', secret: options.secret ?? '' }]),
  ];
  const [trigger] = given;
  if (given.length === 1 && trigger !== undefined) return trigger;
  throw new PenstockError('trigger-missing', given.length === 0 ? 'Nothing says when it is to run.' : 'It can have one trigger only.', { remedy: 'Give one of --cron, --on-file, --on-run, --on-alarm, --on-model and --on-webhook.' });
}

function overrideOf(setting: string): ParamOverride {
  const [, node, param, text = ''] = /^([^.=]+)\.([^=]+)=([\s\S]*)$/.exec(setting) ?? [];
  if (node === undefined || param === undefined) throw new PenstockError('set-syntax', `“${setting}” is not NODE.PARAM=VALUE.`, { remedy: 'Write it like --set read.path={{file}}.' });
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // Text as it is.
  }
  return { node, param, value };
}

/** When something fires, in words. */
export function triggerWords(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'cron':
      return `${cronWords(trigger.cron, { use24HourTimeFormat: true, throwExceptionOnParseError: false })} (${trigger.timezone})`;
    case 'file':
      return `for each file ${trigger.glob}`;
    case 'run':
      return `after ${trigger.pipeline}${trigger.status === 'any' ? '' : ` ${trigger.status}`}`;
    case 'alarm':
      return trigger.monitor === '' ? 'at any alarm' : `at an alarm of ${trigger.monitor}`;
    case 'model':
      return `when ${trigger.model} is ${trigger.change === 'registered' ? 'registered' : `given ${trigger.is === '' ? `another ${trigger.change}` : `the ${trigger.change} ${trigger.is}`}`}`;
    case 'webhook':
      return 'when its address is called';
  }
}

function when(at: number, trigger: Trigger): string {
  const timeZone = trigger.kind === 'cron' ? trigger.timezone : 'UTC';
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at);
}

function plain(record: Listed): Record<string, unknown> {
  const { tokenHash: _hidden, ...trigger } = record.spec.trigger as Trigger & { tokenHash?: string };
  return { id: record.id, enabled: record.enabled, ...record.spec, trigger };
}

/** `read`: also while the app has the project open; `run`: firings begin in this process. */
async function withProject(options: Place, mode: 'read' | 'write' | 'run', work: (engine: Engine) => Promise<number> | number): Promise<number> {
  const projectDir = options.project === undefined ? findProject(process.cwd()).projectDir : path.resolve(options.project);
  const engine = await createEngine({ projectDir, ...appPlaces(), readOnly: mode === 'read', background: mode === 'run' });
  try {
    if (mode !== 'read' && engine.readOnly) throw locked(engine);
    return await work(engine);
  } finally {
    await engine.close();
  }
}
