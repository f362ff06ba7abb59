import path from 'node:path';
import { importOnnx, type Engine, type ModelStage } from '#app/engine/index.ts';
import { withOpenProject } from './open-project.ts';
import type { Place } from './registry-look.ts';
import { exitCodes, failureText, printJson, type Terminal } from './terminal.ts';

export interface ImportOptions extends Place {
  readonly name: string;
  readonly rows?: string;
  readonly target?: string;
  readonly columns?: readonly string[];
  readonly output?: string;
  readonly predicts?: string;
  readonly classes?: string;
  readonly logits?: boolean;
  readonly note?: string;
}

export interface ServerOptions extends Place {
  readonly server?: string;
  readonly user?: string;
  readonly experiment?: string;
  readonly as?: string;
  readonly alias?: string;
}

/** One change of a version: what it gave as JSON, or a sentence. */
function changed<T extends object>(options: Place, terminal: Terminal, work: (engine: Engine) => T | Promise<T>, sentence: (result: T) => string): Promise<number> {
  return withOpenProject(options.project, 'write', async (engine) => {
    const result = await work(engine);
    if (options.json === true) printJson(terminal, result);
    else terminal.out(`${sentence(result)}\n`);
    return exitCodes.ok;
  });
}

const found = (engine: Engine, reference: string) => {
  const { name, version } = engine.store.models.resolve(reference);
  return { name, version };
};

/** `penstock model promote`. @throws PenstockError `model-rejected`, `approvals-missing`, `unknown-model`. */
export function promoteModel(reference: string, options: Place & { readonly to: ModelStage; readonly keep?: boolean; readonly anyway?: boolean }, terminal: Terminal): Promise<number> {
  return changed(
    options,
    terminal,
    (engine) => {
      // A bare name is the one in production; to promote is meant the newest.
      const { name, version } = found(engine, reference.includes('@') ? reference : `${reference}@latest`);
      return engine.registry.setStage(name, version, options.to, options);
    },
    ({ name, version, from, to, archived }) => `${name}@${version} ${from === to ? `is in ${to} already` : `went from ${from} to ${to}`}${archived.length === 0 ? '' : `; archived: ${archived.map((one) => `${name}@${one}`).join(', ')}`}.`,
  );
}

/** `penstock model rollback`. @throws PenstockError `no-earlier-production`, `unknown-model`. */
export function rollBackModel(name: string, options: Place & { readonly anyway?: boolean }, terminal: Terminal): Promise<number> {
  return changed(options, terminal, (engine) => engine.registry.rollBack(name, options), ({ version, archived }) => `${name}@${version} is in production again${archived.length === 0 ? '' : `; archived: ${archived.map((one) => `${name}@${one}`).join(', ')}`}.`);
}

/** `penstock model alias`. @throws PenstockError `alias-name`, `unknown-alias`, `unknown-model`. */
export function aliasModel(reference: string, alias: string, options: Place & { readonly remove?: boolean }, terminal: Terminal): Promise<number> {
  return changed(
    options,
    terminal,
    (engine) => {
      const { name, version } = found(engine, options.remove === true ? (reference.split('@')[0] ?? '') : reference);
      return options.remove === true ? { name, alias, version: null, before: engine.registry.removeAlias(name, alias) } : { name, alias, version, before: engine.registry.setAlias(name, alias, version) };
    },
    ({ name, version, before }) => (version === null ? `${name}@${alias} is no more; it was version ${before}.` : `${name}@${alias} is version ${version}${before === null || before === version ? '' : ` now; it was version ${before}`}.`),
  );
}

/** `penstock model approve` */
export function approveModel(reference: string, options: Place & { readonly reject?: boolean; readonly note?: string }, terminal: Terminal): Promise<number> {
  const verdict = options.reject === true ? 'rejected' : 'approved';
  return changed(
    options,
    terminal,
    (engine) => {
      const { name, version } = found(engine, reference);
      engine.registry.approve(name, version, verdict, options.note ?? '');
      return { name, version, verdict, actor: engine.actor };
    },
    ({ name, version }) => `${name}@${version} is ${verdict}.`,
  );
}

/** `penstock model note` */
export function noteModel(reference: string, note: string, options: Place, terminal: Terminal): Promise<number> {
  return changed(
    options,
    terminal,
    (engine) => {
      const { name, version } = found(engine, reference);
      engine.registry.setNote(name, version, note);
      return { name, version, note };
    },
    ({ name, version }) => `The note of ${name}@${version} is written.`,
  );
}

/** `penstock model remove`. @throws PenstockError `model-in-use`, `unknown-model`. */
export function removeModel(reference: string, options: Place & { readonly anyway?: boolean }, terminal: Terminal): Promise<number> {
  return changed(
    options,
    terminal,
    (engine) => {
      const { name, version } = found(engine, reference);
      engine.registry.remove(name, version, options);
      return { name, version };
    },
    ({ name, version }) => `${name}@${version} is removed.`,
  );
}

/** `penstock model import`. @throws PenstockError those of `importOnnx`. */
export function importModelFile(file: string, options: ImportOptions, terminal: Terminal): Promise<number> {
  const inputs = (options.columns ?? []).map((one) => ({ input: one.slice(0, Math.max(0, one.indexOf('='))), columns: one.slice(one.indexOf('=') + 1) }));
  return withOpenProject(options.project, 'write', async (engine) => {
    const { warnings, ...made } = await importOnnx(
      engine,
      {
        path: path.resolve(file),
        name: options.name,
        note: options.note ?? '',
        rows: options.rows === undefined ? null : path.resolve(options.rows),
        params: { target: options.target ?? '', inputs, predicts: options.predicts === 'classes' || options.predicts === 'number' ? options.predicts : 'auto', output: options.output ?? '', scores: options.logits === true ? 'logits' : 'probabilities', classes: options.classes ?? '' },
      },
      new AbortController().signal,
    );
    if (options.json === true) printJson(terminal, { ...made, warnings });
    else {
      for (const warning of warnings) terminal.error(`${failureText(warning)}\n`);
      terminal.out(made.isNew ? `Registered as ${made.name}@${made.version}.\n` : `That very model is ${made.name}@${made.version} already.\n`);
    }
    return exitCodes.ok;
  });
}

/** `penstock model push`. @throws PenstockError `mlflow-…`. */
export function pushModel(reference: string, options: ServerOptions, terminal: Terminal): Promise<number> {
  return transferred(options, terminal, (engine, signal) => engine.registry.mlflow.push({ ...found(engine, reference), as: options.as ?? null, alias: options.alias ?? null }, signal), 'Pushed as');
}

/** `penstock model pull`. @throws PenstockError `mlflow-…`, those of the import. */
export function pullModel(reference: string, options: ServerOptions, terminal: Terminal): Promise<number> {
  const at = reference.indexOf('@');
  const request = { model: at < 0 ? reference : reference.slice(0, at), reference: at < 0 ? '' : reference.slice(at + 1), as: options.as ?? null };
  return transferred(options, terminal, (engine, signal) => engine.registry.mlflow.pull(request, signal), 'Registered as');
}

function transferred(options: ServerOptions, terminal: Terminal, work: (engine: Engine, signal: AbortSignal) => ReturnType<Engine['registry']['mlflow']['push']>, sentence: string): Promise<number> {
  const { server, user, experiment } = options;
  return withOpenProject(options.project, 'write', async (engine) => {
    if (server !== undefined || user !== undefined || experiment !== undefined) engine.registry.mlflow.use({ ...(server === undefined ? {} : { url: server }), ...(user === undefined ? {} : { user }), ...(experiment === undefined ? {} : { experiment }) });
    const controller = new AbortController();
    const stop = (): void => controller.abort();
    process.once('SIGINT', stop);
    try {
      for await (const event of work(engine, controller.signal)) {
        if (event.type === 'step') terminal.error(`${String(Math.round(100 * event.fraction)).padStart(3)} % ${event.message}\n`);
        else if (options.json === true) printJson(terminal, { name: event.name, version: event.version, url: event.url, isNew: event.isNew });
        else terminal.out(`${sentence} ${event.name}@${event.version}: ${event.url}\n`);
      }
      return exitCodes.ok;
    } finally {
      process.off('SIGINT', stop);
    }
  });
}
