import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { PenstockError } from '#app/core/errors.ts';
import { buildPack, findProject, InstalledPacks, newPackKey, newPackSource, packFacts, pinPack, publicKeyFileSchema, readPack, readPins, shownFingerprint, signPack, unpinPack, userConfigDir } from '#app/engine/index.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

const mostBytes = 20_000_000;

export interface PackPlace {
  readonly project?: string;
  readonly json?: boolean;
}

const installed = (): InstalledPacks => new InstalledPacks(userConfigDir());

/** Bytes of a file that may be large by mistake. @throws PenstockError `file-missing`, `pack-too-large`. */
async function bytesOf(file: string): Promise<Uint8Array> {
  const info = await stat(file).catch(() => null);
  if (info === null || !info.isFile()) throw new PenstockError('file-missing', `There is no file ${file}.`, { remedy: 'Check the name.', place: { file } });
  if (info.size > mostBytes) throw new PenstockError('pack-too-large', `${file} is larger than a pack may be.`, { remedy: 'Choose a pack of nodes.', place: { file } });
  return readFile(file);
}

/** The project that packs are pinned in. @throws PenstockError `project-missing`. */
function projectOf(folder: string | undefined): string {
  const { projectDir, filesDir } = folder === undefined ? findProject(process.cwd()) : { projectDir: path.resolve(folder), filesDir: path.resolve(folder) };
  if (existsSync(path.join(projectDir, 'penstock.db')) || existsSync(path.join(projectDir, 'pipelines'))) return filesDir;
  throw new PenstockError('project-missing', `There is no project in ${projectDir}.`, { remedy: 'Name the folder of a project with --project.' });
}

async function newKey(publisher: string, file: string, terminal: Terminal): Promise<number> {
  const { privatePem, publicJson, fingerprint } = newPackKey(publisher);
  await writeFile(`${file}.private.pem`, privatePem, { mode: 0o600, flag: 'wx' });
  await writeFile(`${file}.key.json`, publicJson, { flag: 'wx' });
  terminal.out(`${file}.private.pem: sign packs with it, and give it to nobody.\n${file}.key.json: give it to those who shall trust your packs.\nFingerprint: ${shownFingerprint(fingerprint)}\n`);
  return exitCodes.ok;
}

async function build(folder: string, options: { out?: string }, terminal: Terminal): Promise<number> {
  const { bytes, name, version } = await buildPack(path.resolve(folder));
  const target = options.out ?? `${name}-${version}.pack`;
  await writeFile(target, bytes);
  terminal.out(`${target} is built, and not signed.\n`);
  return exitCodes.ok;
}

async function signFile(file: string, options: { key: string }, terminal: Terminal): Promise<number> {
  const signed = await signPack(await bytesOf(file), await readFile(options.key, 'utf8'));
  const pack = await readPack(signed);
  await writeFile(file, signed);
  terminal.out(`${file} is signed.\nSHA-256: ${pack.sha256}\nFingerprint of the key: ${shownFingerprint(pack.fingerprint)}\n`);
  return exitCodes.ok;
}

/** What a pack is, and whether its key is trusted: exit code 0 only where it could be installed. */
async function verifyFile(file: string, options: { json?: boolean }, terminal: Terminal): Promise<number> {
  const pack = await readPack(await bytesOf(file));
  const facts = packFacts(pack);
  const key = installed().keys.find(pack.fingerprint);
  const trusted = key !== null && key.revokedAt === null;
  if (options.json === true) printJson(terminal, { ...facts, trusted });
  else terminal.out(about(facts, trusted ? 'you trust this key' : key === null ? 'you do not trust this key' : 'you took the trust in this key back'));
  return trusted ? exitCodes.ok : exitCodes.failed;
}

function about(facts: ReturnType<typeof packFacts>, trust: string): string {
  const { title, name, version, publisher, summary, licence, sha256, fingerprint, nodes } = facts;
  return `${title} (${name} ${version}), ${licence}\n${summary}\nPublisher as it says: ${publisher}\nKey: ${shownFingerprint(fingerprint)} (${trust})\nSHA-256: ${sha256}\nNodes:\n${nodes.map((node) => `  ${node.type}  ${node.title}: ${node.summary}\n`).join('')}Their code sees the tables that are connected to them, and runs without files, network and other programs.\n`;
}

async function trustKey(file: string, options: { fingerprint?: string }, terminal: Terminal): Promise<number> {
  let value: unknown = null;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // Said below.
  }
  const parsed = publicKeyFileSchema.safeParse(value);
  if (!parsed.success) throw new PenstockError('pack-key-file', `${file} is not a publisher’s public key.`, { remedy: 'Ask the publisher for the .key.json file.', place: { file } });
  const key = await installed().keys.trust(parsed.data, options.fingerprint ?? '');
  terminal.out(`Packs signed by ${key.publisher} (${shownFingerprint(key.fingerprint)}) can be installed now.\n`);
  return exitCodes.ok;
}

async function install(file: string, options: PackPlace & { downgrade?: boolean }, terminal: Terminal): Promise<number> {
  const projectDir = projectOf(options.project);
  const pack = await installed().install(await bytesOf(file), { downgrade: options.downgrade === true });
  await pinPack(projectDir, pack);
  const facts = packFacts(pack);
  if (options.json === true) printJson(terminal, { ...facts, project: projectDir });
  else terminal.out(`${about(facts, 'you trust this key')}Installed, and named in ${path.join(projectDir, 'packs.json')}.\n`);
  return exitCodes.ok;
}

async function remove(name: string, options: PackPlace & { forget?: boolean }, terminal: Terminal): Promise<number> {
  const unpinned = options.project === undefined ? false : await unpinPack(projectOf(options.project), name);
  await installed().remove(name, options.forget === true);
  terminal.out(`${name} is removed${unpinned ? ', and no longer named in the project' : ''}. Its nodes stay in the pipelines, greyed.\n`);
  return exitCodes.ok;
}

async function list(options: PackPlace, terminal: Terminal): Promise<number> {
  const packs = installed();
  const keys = packs.keys.list();
  const pins = options.project === undefined ? [] : readPins(projectOf(options.project));
  const trust = (fingerprint: string): string => {
    const key = keys.find((one) => one.fingerprint === fingerprint);
    return key === undefined ? 'unknown' : key.revokedAt === null ? key.publisher : `${key.publisher} (trust taken back)`;
  };
  if (options.json === true) printJson(terminal, { packs: packs.list(), keys, pins });
  else {
    const rows = packs.list().map(({ name, version, sha256, key }) => [name, version, trust(key), sha256.slice(0, 16)]);
    terminal.out(rows.length === 0 ? 'No packs are installed.\n' : textTable([['PACK', 'VERSION', 'PUBLISHER', 'SHA-256'], ...rows]));
    if (keys.length > 0) terminal.out(`\nKeys:\n${keys.map((key) => `  ${key.publisher}${key.revokedAt === null ? '' : ' (trust taken back)'}  ${shownFingerprint(key.fingerprint)}\n`).join('')}`);
  }
  return exitCodes.ok;
}

/** `penstock pack …`: nodes from others. */
export function packCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const pack = program.command('pack').description('nodes from others: packs that are signed and pinned');
  const projectHelp = 'project folder (default: the nearest)';
  pack.command('new <folder>').description('write a first pack to change').requiredOption('--name <name>', 'lower-case letters, digits, hyphens').action((folder: string, options: { name: string }) => done(newPackSource(path.resolve(folder), options.name).then(() => {
    terminal.out(`${folder} holds a pack with one node. Build it: penstock pack build ${folder}\n`);
    return exitCodes.ok;
  })));
  pack.command('build <folder>').description('make the file of a pack, not signed yet').option('--out <file>', 'default: NAME-VERSION.pack').action((folder: string, options: { out?: string }) => done(build(folder, options, terminal)));
  pack.command('keygen <file>').description('make a pair of keys: FILE.private.pem and FILE.key.json').requiredOption('--publisher <name>', 'whom people trust').action((file: string, options: { publisher: string }) => done(newKey(options.publisher, file, terminal)));
  pack.command('sign <file>').description('sign a pack').requiredOption('--key <file>', 'private key (FILE.private.pem)').action((file: string, options: { key: string }) => done(signFile(file, options, terminal)));
  pack.command('verify <file>').description('say what a pack is and who signed it').option('--json', 'print JSON').action((file: string, options: { json?: boolean }) => done(verifyFile(file, options, terminal)));
  pack.command('trust-key <file>').description('trust a publisher’s key (FILE.key.json); without its fingerprint only shows it').option('--fingerprint <text>', 'the key’s fingerprint, compared with what the publisher says by another way').action((file: string, options: { fingerprint?: string }) => done(trustKey(file, options, terminal)));
  pack.command('revoke-key <fingerprint>').description('take the trust in a key back; its packs no longer load').action((fingerprint: string) => done(installed().keys.revoke(fingerprint).then((key) => {
    terminal.out(`Packs of ${key.publisher} (${shownFingerprint(key.fingerprint)}) no longer load.\n`);
    return exitCodes.ok;
  })));
  pack.command('install <file>').description('install a pack whose key you trust, and name it in the project').option('--project <folder>', projectHelp).option('--downgrade', 'also where a newer version was installed before').option('--json', 'print JSON').action((file: string, options: PackPlace & { downgrade?: boolean }) => done(install(file, options, terminal)));
  pack.command('remove <name>').description('remove a pack').option('--project <folder>', 'project that shall no longer name it').option('--forget', 'also whose key it was signed by').action((name: string, options: PackPlace & { forget?: boolean }) => done(remove(name, options, terminal)));
  pack.command('list').description('list packs and keys').option('--project <folder>', 'project whose packs.json is told, too').option('--json', 'print JSON').action((options: PackPlace) => done(list(options, terminal)));
}
