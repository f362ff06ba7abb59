import path from 'node:path';
import { formatCount } from '#app/core/units.ts';
import { appPlaces, createEngine, findProject, type Engine } from '#app/engine/index.ts';
import { listenForWebhooks } from '#app/serve/webhook-listener.ts';
import { firingLine } from './automation.ts';
import { locked } from './run.ts';
import { trustOf } from './trust.ts';
import { exitCodes, type Terminal } from './terminal.ts';

export interface WorkOptions {
  readonly project?: string;
  readonly webhooks?: number;
  readonly host: string;
  readonly once?: boolean;
  readonly trustOnce?: boolean;
}

/** `penstock work`: schedules and triggers fire in this process until it is interrupted; with `--once` until nothing is due. */
export async function workCommand(options: WorkOptions, terminal: Terminal): Promise<number> {
  const projectDir = options.project === undefined ? findProject(process.cwd()).projectDir : path.resolve(options.project);
  const startedAt = Date.now();
  // Timers of the scheduler do not keep a process.
  const keep = setInterval(() => undefined, 60_000);
  const engine = await createEngine({ projectDir, ...appPlaces(), ...trustOf(options), background: true, warn: (message) => terminal.error(`${message}\n`) });
  try {
    if (engine.readOnly) throw locked(engine);
    engine.trust.assert('Schedules and triggers of this project do not fire');
    const enabled = engine.automation.list().filter((one) => one.enabled).length;
    terminal.error(`Penstock works in ${projectDir}: ${formatCount(enabled)} ${enabled === 1 ? 'schedule or trigger is' : 'schedules and triggers are'} on.\n`);
    return options.once === true ? await workOnce(engine, startedAt, terminal) : await workOn(engine, options, terminal);
  } finally {
    await engine.close();
    clearInterval(keep);
  }
}

/** 0 unless something that fired has failed. */
async function workOnce(engine: Engine, startedAt: number, terminal: Terminal): Promise<number> {
  await engine.automation.idle();
  const ended = engine.store.automation.firings({ from: startedAt, limit: 2000 }).filter(({ endedAt }) => endedAt !== null).toReversed();
  for (const firing of ended) terminal.out(`${nameOf(engine, firing.automationId)}  ${firingLine(firing)}\n`);
  if (ended.length === 0) terminal.error('Nothing was due.\n');
  return ended.some(({ state }) => state === 'failed' || state === 'timed-out') ? exitCodes.failed : exitCodes.ok;
}

async function workOn(engine: Engine, options: WorkOptions, terminal: Terminal): Promise<number> {
  const listener = options.webhooks === undefined ? null : await listenForWebhooks(engine, { port: options.webhooks, host: options.host });
  if (listener !== null) terminal.error(`It listens for webhooks at ${listener.url}\n`);
  const leave = new AbortController();
  const said = new Map<string, string>();
  const telling = (async () => {
    for await (const { automationId } of engine.automation.changes.stream(leave.signal)) {
      for (const firing of engine.store.automation.firings({ automationId, limit: 5 }).toReversed()) {
        const line = firingLine(firing);
        if (said.get(firing.id) === line || (firing.endedAt !== null && !said.has(firing.id) && firing.endedAt < Date.now() - 60_000)) continue;
        said.set(firing.id, line);
        terminal.out(`${new Date().toISOString().slice(0, 19)}Z  ${nameOf(engine, automationId)}  ${line}\n`);
      }
    }
  })();
  try {
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
    return exitCodes.ok;
  } finally {
    leave.abort();
    await telling;
    await listener?.close();
  }
}

function nameOf(engine: Engine, automationId: string): string {
  return engine.automation.list().find(({ id }) => id === automationId)?.spec.name ?? automationId;
}
