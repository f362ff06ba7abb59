import path from 'node:path';
import type { Command } from 'commander';
import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { auditFormats, auditText, writeAudit, type AuditFormat } from '#app/engine/index.ts';
import { withOpenProject } from './open-project.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

interface AuditOptions {
  readonly project?: string;
  readonly json?: boolean;
  readonly actor?: string;
  readonly action?: string;
  readonly about?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: string;
  readonly key?: string;
  readonly format?: string;
  readonly out?: string;
}

/** `penstock audit list | verify | sign | export` */
export function auditCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const audit = program.command('audit').description('who did what, when, with what: list, verify, sign and export the log');
  const filtered = (command: Command): Command =>
    command
      .option('--project <folder>', 'project folder (default: the nearest)')
      .option('--actor <name>', 'by this one, as in user:ann')
      .option('--action <name>', 'of this kind: model finds model.stage, too')
      .option('--about <text>', 'whose subject holds this text, as in model:churn')
      .option('--since <time>', 'from this time on, as in 2025-03-31 or 2025-03-31T08:00')
      .option('--until <time>', 'before this time');
  filtered(audit.command('list').description('newest first'))
    .option('--limit <number>', 'how many', '50')
    .option('--json', 'print JSON')
    .action((options: AuditOptions) => done(listCommand(options, terminal)));
  audit
    .command('verify')
    .description('check every row, the chain of hashes and the signatures; names the first bad row; exit code 1 where there is one')
    .option('--project <folder>', 'project folder (default: the nearest)')
    .option('--key <fingerprint>', 'only signatures of this key count')
    .option('--json', 'print JSON')
    .action((options: AuditOptions) => done(verifyCommand(options, terminal)));
  audit
    .command('sign')
    .description('sign the end of the log now; it is also done when a project closes')
    .option('--project <folder>', 'project folder (default: the nearest)')
    .option('--json', 'print JSON')
    .action((options: AuditOptions) => done(signCommand(options, terminal)));
  filtered(audit.command('export').description('write the log, oldest first'))
    .option('--format <format>', `${auditFormats.join(' or ')} (JSON lines, or a table)`, 'jsonl')
    .option('--out <file>', 'file to write (default: print it)')
    .action((options: AuditOptions) => done(exportCommand(options, terminal)));
}

function filterOf(options: AuditOptions): { actor?: string | undefined; action?: string | undefined; about?: string | undefined; since?: number | undefined; until?: number | undefined } {
  return { actor: options.actor, action: options.action, about: options.about, since: timeOf(options.since), until: timeOf(options.until) };
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  // A date alone is the person's day, not Greenwich's.
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text);
  if (Number.isFinite(at)) return at;
  throw new PenstockError('usage', `“${text}” is not a time.`, { remedy: 'Write it as 2025-03-31 or 2025-03-31T08:00.' });
}

async function listCommand(options: AuditOptions, terminal: Terminal): Promise<number> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1) throw new PenstockError('usage', `“${options.limit ?? ''}” is not a number of rows.`, { remedy: 'Write a whole number from 1.' });
  return withOpenProject(options.project, 'read', async (engine) => {
    const rows = engine.store.audit.list({ ...filterOf(options), limit });
    if (options.json === true) printJson(terminal, rows);
    else if (rows.length === 0) terminal.out('Nothing is written there.\n');
    else terminal.out(textTable(rows.map((row) => [String(row.seq), new Date(row.at).toISOString(), row.actor, row.action, row.subject, Object.keys(row.details).length === 0 ? '' : JSON.stringify(row.details)])));
    return exitCodes.ok;
  });
}

async function verifyCommand(options: AuditOptions, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'read', async (engine) => {
    const verdict = await engine.trace.audit.verify(options.key ?? null);
    if (options.json === true) printJson(terminal, verdict);
    else terminal.out(auditText(verdict));
    return verdict.ok ? exitCodes.ok : exitCodes.failed;
  });
}

async function signCommand(options: AuditOptions, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'write', async (engine) => {
    engine.assertWritable();
    const head = await engine.trace.audit.sign();
    const key = await engine.trace.audit.key();
    if (options.json === true) printJson(terminal, { head, key });
    else terminal.out(head === null ? 'The log is empty; there is nothing to sign.\n' : `Signed up to row ${head.seq}.\nKey: ${key ?? ''}\n`);
    return exitCodes.ok;
  });
}

async function exportCommand(options: AuditOptions, terminal: Terminal): Promise<number> {
  const format = options.format as AuditFormat;
  if (!auditFormats.includes(format)) throw new PenstockError('usage', `The log is not written as “${options.format ?? ''}”.`, { remedy: `Write --format ${auditFormats.join(' or ')}.` });
  return withOpenProject(options.project, 'read', async (engine) => {
    const rows = await writeAudit(engine.store.audit, { ...filterOf(options), format }, options.out === undefined ? (text) => terminal.out(text) : path.resolve(options.out));
    if (options.out !== undefined) terminal.error(`${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'} in ${options.out}.\n`);
    return exitCodes.ok;
  });
}
