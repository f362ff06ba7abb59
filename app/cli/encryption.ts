import path from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { addKeyFile, changePassphrase, decryptProject, encryptProject, findProject, newRecoveryKeyOf, plainFiles, type PlainFiles, rotateKey } from '#app/engine/index.ts';
import { askForKeysBy, unlockWith } from '#app/sealing/unlock.ts';
import { standardInput, type PasswordInput } from './connections.ts';
import { exitCodes, withoutCommands, type Terminal } from './terminal.ts';

/** On a terminal each is asked for; from a pipe they come a line each. */
const terminalInput: PasswordInput = { isTty: standardInput.isTty, read: async (question) => (standardInput.isTty ? standardInput.read(question) : ((await (piped ??= standardInput.read(question).then((text) => text.split(/\r?\n/)))).shift() ?? '')) };
let piped: Promise<string[]> | null = null;

const projectHelp = 'project folder (default: the nearest)';

/** Where a key is not named by --key-file and a person is there, the passphrase is asked for. It never is an argument: those are seen by every process. */
export function askOnTerminal(input: PasswordInput = terminalInput): void {
  askForKeysBy(async (projectDir) => (input.isTty ? { passphrase: await input.read(`Passphrase of ${projectDir}: `) } : null));
}

interface Options {
  readonly project?: string;
  readonly keyFile?: string;
  readonly passphrase?: boolean;
}

const folderOf = (given: string | undefined): string => (given === undefined ? findProject(process.cwd()).projectDir : path.resolve(given));

/** A passphrase that is to be, typed twice on a terminal; from a pipe its first line. @throws PenstockError `passphrase-differs`. */
async function newPassphrase(input: PasswordInput): Promise<string> {
  const first = await input.read('New passphrase (at least 10 characters): ');
  if (input.isTty && (await input.read('Once more: ')) !== first) throw new PenstockError('passphrase-differs', 'The two were not the same.', { remedy: 'Try again.' });
  return first;
}

async function waysIn(options: Options, input: PasswordInput): Promise<{ readonly passphrase?: string; readonly keyFile?: string }> {
  const keyFile = options.keyFile === undefined ? {} : { keyFile: path.resolve(options.keyFile) };
  return options.passphrase === false ? keyFile : { ...keyFile, passphrase: await newPassphrase(input) };
}

function told(recoveryKey: string): string {
  return `Recovery key, shown this once; write it down and keep it apart from the machine:\n\n    ${recoveryKey}\n\nIt opens the project where the passphrase is lost. Without both, nobody can.\n`;
}

function counted(terminal: Terminal): (done: number, of: number) => void {
  return (done, of) => {
    if (terminal.isTty) terminal.error(`\r\x1b[2K${done} of ${of} files${done === of ? '\n' : ''}`);
  };
}

/** `penstock encrypt`, `decrypt` and `key …`. */
export function encryptionCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>, input: PasswordInput = terminalInput): void {
  const ended = (work: () => Promise<string>): Promise<void> => done(work().then((text) => (terminal.out(text), exitCodes.ok)));
  program
    .command('encrypt [folder]')
    .description('encrypt a project: its database, results, pipelines and logs; asks for a passphrase')
    .option('--no-passphrase', 'a key file alone opens it (with --key-file; it is made where it is not there)')
    .action((folder: string | undefined, _options: object, command: Command) => {
      const options: Options = command.optsWithGlobals();
      return ended(async () => {
        const { recoveryKey } = await encryptProject(folderOf(folder), await waysIn(options, input), { progress: counted(terminal) });
        return `${folderOf(folder)} is encrypted.\n${told(recoveryKey)}${staying(await plainFiles(folderOf(folder)))}`;
      });
    });
  program
    .command('decrypt [folder]')
    .description('take the encryption of a project away')
    .action((folder: string | undefined) =>
      ended(async () => {
        await decryptProject(folderOf(folder), { progress: counted(terminal) });
        return `${folderOf(folder)} is not encrypted any more.\n`;
      }),
    );
  const key = program.command('key').description('passphrase, recovery key and key files of an encrypted project');
  key
    .command('change')
    .description('another passphrase; nothing else is written anew')
    .option('--project <folder>', projectHelp)
    .action((options: Options) =>
      ended(async () => {
        await changePassphrase(folderOf(options.project), await newPassphrase(input));
        return 'The passphrase is changed.\n';
      }),
    );
  key
    .command('recover')
    .description('open a project by its recovery key and give it a new passphrase and a new recovery key')
    .option('--project <folder>', projectHelp)
    .action((options: Options) =>
      ended(async () => {
        const folder = folderOf(options.project);
        await unlockWith(folder, { recoveryKey: await input.read('Recovery key: ') });
        await changePassphrase(folder, await newPassphrase(input));
        return `The passphrase is changed.\n${told(await newRecoveryKeyOf(folder))}`;
      }),
    );
  key
    .command('add-file <file>')
    .description('let a key file open the project, for servers and schedules; it is made where it is not there')
    .option('--project <folder>', projectHelp)
    .action((file: string, options: Options) =>
      ended(async () => {
        await addKeyFile(folderOf(options.project), path.resolve(file));
        return `${file} opens the project. Keep it where only the user of the server may read it.\n`;
      }),
    );
  key
    .command('rotate')
    .description('encrypt everything anew by another key: earlier passphrases, recovery keys and key files are of no use then')
    .option('--project <folder>', projectHelp)
    .option('--new-key-file <file>', 'key file for the new key; it is made where it is not there', (file: string) => {
      if (file !== '') return file;
      throw new InvalidArgumentError('It must be a file.');
    })
    .option('--no-passphrase', 'only --new-key-file opens it then')
    .action((options: { project?: string; newKeyFile?: string; passphrase?: boolean }) =>
      ended(async () => {
        const given = await waysIn({ ...(options.newKeyFile === undefined ? {} : { keyFile: options.newKeyFile }), ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }) }, input);
        return `Everything is encrypted anew.\n${told((await rotateKey(folderOf(options.project), given, { progress: counted(terminal) })).recoveryKey)}`;
      }),
    );
}

/** What a person may take for encrypted and is not. */
function staying({ files, places, isMore }: PlainFiles): string {
  if (files === 0) return '';
  return `Not encrypted ${files === 1 && !isMore ? 'is' : 'are'} ${isMore ? 'more than ' : ''}${formatCount(files)} ${files === 1 ? 'file' : 'files'} of your own in the folder: ${places.slice(0, 4).map((place) => `${withoutCommands(place.name)} (${formatCount(place.files)})`).join(', ')}${places.length > 4 ? ', …' : ''}.\n`;
}
