import { spawn } from 'node:child_process';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { serverSettingsSchema, type ServedModelSettings, type TokenScope } from '#app/core/serving.ts';
import { formatAgo } from '#app/core/units.ts';
import { appPlaces, findProject, serverSettingsOf, type Engine } from '#app/engine/index.ts';
import { ensureUnlocked } from '#app/sealing/unlock.ts';
import { withOpenProject } from './open-project.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

export interface ServeModelOptions {
  readonly project?: string;
  readonly name?: string;
  readonly port: number;
  readonly host: string;
  readonly canary?: readonly string[];
  readonly shadow?: readonly string[];
  readonly logRate: number;
  readonly redact?: readonly string[];
  readonly keepDays: number;
  readonly keepMb: number;
  readonly tokenFile?: string;
  readonly needsToken?: boolean;
  readonly requireFeatures?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly queue: number;
  readonly timeout: number;
  readonly maxBody: number;
  readonly maxRows: number;
}

const nameOf = (reference: string): string => reference.split('@')[0] ?? reference;
const usage = (message: string, remedy: string): PenstockError => new PenstockError('param-invalid', message, { remedy });

/** `churn@challenger=10` or `churn@challenger=10:customer_id`. @throws PenstockError `param-invalid`. */
function canaryOf(text: string): { readonly model: string; readonly canary: ServedModelSettings['canary'] } {
  const [, reference, percent, key] = /^([^=]+)=(\d+(?:\.\d+)?)%?(?::(.+))?$/.exec(text) ?? [];
  if (reference === undefined || Number(percent) > 100) throw usage(`“${text}” does not say which version gets what part.`, 'Write, for example, --canary churn@challenger=10.');
  return { model: nameOf(reference), canary: { reference, percent: Number(percent), key: key ?? null } };
}

/** Puts canaries and shadows to the models that they are versions of. @throws PenstockError `param-invalid`. */
function withVariants(models: readonly ServedModelSettings[], canaries: readonly string[], shadows: readonly string[]): ServedModelSettings[] {
  const changed = new Map(models.map((model) => [model.name, { ...model }]));
  const find = (name: string): ServedModelSettings => {
    const found = changed.get(name);
    if (found === undefined) throw usage(`“${name}” is not among the models that are served.`, `Models of this server: ${[...changed.keys()].join(', ')}.`);
    return found;
  };
  for (const text of canaries) {
    const { model, canary } = canaryOf(text);
    find(model).canary = canary?.percent === 0 ? null : canary;
  }
  for (const reference of shadows) find(nameOf(reference)).shadow = reference.endsWith('@none') ? null : { reference };
  return [...changed.values()];
}

function redactions(texts: readonly string[]): { column: string; how: 'drop' | 'hash' }[] {
  return texts.map((text) => {
    const [, column, how] = /^(.+)=(drop|hash)$/.exec(text) ?? [];
    if (column === undefined || (how !== 'drop' && how !== 'hash')) throw usage(`“${text}” does not say what becomes of which column.`, 'Write, for example, --redact email=drop or --redact customer_id=hash.');
    return { column, how };
  });
}

/** `penstock model serve`, until it is told to end. */
export async function serveModels(references: readonly string[], options: ServeModelOptions, terminal: Terminal): Promise<number> {
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) throw usage('A certificate and its key are given together.', 'Give both --tls-cert and --tls-key, or neither.');
  const models = withVariants(references.map((reference) => ({ name: nameOf(reference), reference, canary: null, shadow: null, features: options.requireFeatures === true ? ('required' as const) : ('optional' as const) })), options.canary ?? [], options.shadow ?? []);
  const name = options.name ?? models[0]?.name ?? 'models';
  const settings = serverSettingsSchema.parse({
    name,
    models,
    log: { rate: options.logRate, redact: redactions(options.redact ?? []), keepDays: options.keepDays, keepBytes: options.keepMb * 2 ** 20 },
    host: options.host,
    port: options.port,
    needsToken: options.needsToken === true,
    tokenFile: options.tokenFile === undefined ? null : path.resolve(options.tokenFile),
    tls: options.tlsCert === undefined || options.tlsKey === undefined ? null : { cert: path.resolve(options.tlsCert), key: path.resolve(options.tlsKey) },
    limits: { queue: options.queue, timeoutMs: Math.round(options.timeout * 1000), maxBody: options.maxBody, maxRows: options.maxRows },
  });
  const folder = options.project === undefined ? findProject(process.cwd()).projectDir : path.resolve(options.project);
  // Opened for a moment only, for writing where nobody else does (the audit log): the server itself reads, and the project stays free.
  await withOpenProject(folder, 'write', async (engine) => {
    for (const { reference, canary, shadow } of models) for (const one of [reference, canary?.reference, shadow?.reference]) if (one !== undefined) engine.store.models.resolve(one);
    await engine.servers.prepare(settings);
  });
  const vault = await ensureUnlocked(folder);
  const child = spawn(process.execPath, [path.join(appPlaces().distDir, 'model-server', 'server.js'), '--project', folder, '--server', name, '--by', 'cli', ...(vault === null ? [] : ['--key-from-stdin'])], { stdio: [vault === null ? 'ignore' : 'pipe', 'pipe', 'inherit'] });
  if (vault !== null) child.stdin?.write(`${vault.key.toString('hex')}\n`);
  child.stdout?.on('data', (chunk: Buffer) => terminal.out(chunk.toString('utf8')));
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', pass);
  process.on('SIGTERM', pass);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return code === 0 ? exitCodes.ok : exitCodes.failed;
  } finally {
    process.off('SIGINT', pass);
    process.off('SIGTERM', pass);
  }
}

/** `penstock model servers` */
export function listServers(options: { readonly project?: string; readonly json?: boolean }, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'read', async (engine) => {
    const servers = await engine.servers.list();
    if (options.json === true) printJson(terminal, servers);
    else if (servers.length === 0) terminal.out('No servers yet. “penstock model serve NAME” starts one.\n');
    else terminal.out(textTable(servers.map(({ name, state, url, startedAt, settings, problem }) => [name, state, url ?? '', startedAt === null ? '' : formatAgo(startedAt, Date.now()), settings?.models.map(told).join('; ') ?? '', problem ?? ''])));
    return exitCodes.ok;
  });
}

const told = ({ reference, canary, shadow }: ServedModelSettings): string => [reference, ...(canary === null ? [] : [`${canary.percent} % ${canary.reference}`]), ...(shadow === null ? [] : [`shadow ${shadow.reference}`])].join(', ');

/** `penstock model servers --stop NAME` */
export function stopServer(name: string, options: { readonly project?: string }, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'write', async (engine) => {
    await engine.servers.stop(name);
    terminal.error(`“${name}” is stopped.\n`);
    return exitCodes.ok;
  });
}

export interface TrafficOptions {
  readonly project?: string;
  readonly canary?: readonly string[];
  readonly shadow?: readonly string[];
  readonly logRate?: number;
}

/** `penstock model traffic` */
export function steerTraffic(server: string, options: TrafficOptions, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'write', async (engine: Engine) => {
    const settings = await serverSettingsOf(engine.projectDir, server);
    const models = withVariants(settings.models, options.canary ?? [], options.shadow ?? []);
    for (const { canary, shadow } of models) for (const one of [canary?.reference, shadow?.reference]) if (one !== undefined) engine.store.models.resolve(one);
    await engine.servers.change({ ...settings, models, log: { ...settings.log, ...(options.logRate === undefined ? {} : { rate: options.logRate }) } });
    terminal.out(`${models.map(told).join('\n')}\n`);
    return exitCodes.ok;
  });
}

/** `penstock model token create` */
export function createToken(name: string, options: { readonly project?: string; readonly scope?: readonly TokenScope[]; readonly days?: number }, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'write', async (engine) => {
    const made = engine.store.together(() => {
      const token = engine.store.tokens.create({ name, scopes: options.scope ?? ['predict'], expiresAt: options.days === undefined ? null : Date.now() + options.days * 86_400_000, createdBy: engine.actor });
      engine.audit({ action: 'token.created', subject: `token:${token.record.id}`, details: { name, scopes: token.record.scopes, expiresAt: token.record.expiresAt } });
      return token;
    });
    terminal.error('It is shown this once:\n');
    terminal.out(`${made.token}\n`);
    return exitCodes.ok;
  });
}

/** `penstock model token list` */
export function listTokens(options: { readonly project?: string; readonly json?: boolean }, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'read', async (engine) => {
    const tokens = engine.store.tokens.list().map(({ hash: _hash, ...rest }) => rest);
    const state = (one: (typeof tokens)[number]): string => (one.revokedAt !== null ? 'withdrawn' : one.expiresAt === null ? '' : one.expiresAt < Date.now() ? 'expired' : `until ${new Date(one.expiresAt).toISOString().slice(0, 10)}`);
    if (options.json === true) printJson(terminal, tokens);
    else terminal.out(tokens.length === 0 ? 'No tokens yet.\n' : textTable(tokens.map((one) => [one.id, one.name, one.scopes.join(', '), formatAgo(one.createdAt, Date.now()), state(one)])));
    return exitCodes.ok;
  });
}

/** `penstock model token revoke` */
export function revokeToken(id: string, options: { readonly project?: string }, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'write', async (engine) => {
    engine.store.together(() => {
      const { name } = engine.store.tokens.revoke(id);
      engine.audit({ action: 'token.revoked', subject: `token:${id}`, details: { name } });
    });
    terminal.error('It is refused from now on.\n');
    return exitCodes.ok;
  });
}
