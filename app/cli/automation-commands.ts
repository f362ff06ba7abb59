import { InvalidArgumentError, Option, type Command } from 'commander';
import { misfirePolicies } from '#app/core/automation.ts';
import { addAutomation, fireAutomation, listAutomations, removeAutomation, showAutomation, showHistory, switchAutomation, type AddOptions } from './automation.ts';
import type { Terminal } from './terminal.ts';
import { trustOnceHelp } from './trust.ts';
import { workCommand, type WorkOptions } from './work.ts';

const projectHelp = 'project folder (default: the nearest)';
const collect = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value];

/** `penstock automation …` and `penstock work` */
export function automationCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const automation = program.command('automation').description('schedules and triggers that run pipelines by themselves');
  const one = (name: string, description: string): Command => automation.command(`${name} <automation>`).description(description).option('--project <folder>', projectHelp);
  automation
    .command('list')
    .description('list them: when each is due next, how its last firing went')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((options: { project?: string; json?: boolean }) => done(listAutomations(options, terminal)));
  one('show', 'everything about one (its id or name), with its next five due times')
    .option('--json', 'print JSON')
    .action((name: string, options: { project?: string; json?: boolean }) => done(showAutomation(name, options, terminal)));
  automation
    .command('add <pipeline>')
    .description('add a schedule or trigger for a pipeline of the project; give one of --cron, --on-file, --on-run, --on-alarm, --on-model, --on-webhook')
    .option('--name <name>', 'what it is called (default: the pipeline’s title)')
    .option('--cron <fields>', 'minute, hour, day of the month, month, weekday: "30 2 * * 1-5"')
    .option('--timezone <zone>', 'of --cron, as in Europe/Berlin (default: this machine’s)')
    .option('--on-file <glob>', 'for each file that arrives, as in "inbox/*.csv"')
    .option('--on-run <pipeline>', 'when that pipeline has run')
    .addOption(new Option('--run-status <status>', 'with --on-run: how it must have ended').choices(['succeeded', 'failed', 'any']).default('succeeded'))
    .option('--on-alarm [monitor]', 'when a monitor raises an alarm; without a name: any')
    .option('--on-model <name>', 'when a version of the model is registered')
    .option('--on-webhook', 'when its address is called; the address is printed once')
    .option('--secret <name>', 'with --on-webhook: calls must be signed with PENSTOCK_SECRET_<NAME>')
    .option('--to <node>', 'run only this node (its id) and what it needs; may be repeated', collect)
    .option('--set <node.param=value>', 'a parameter of its runs; {{file}}, {{date}}, {{body.name}} … are put in; may be repeated', collect)
    .addOption(new Option('--misfire <policy>', 'due times that passed while nothing could run').choices([...misfirePolicies]).default('once'))
    .option('--retries <number>', 'further attempts after a failure, with waits that double', whole(0, 20), 0)
    .option('--timeout <seconds>', 'cancel a run after so long; 0: never', whole(0, 2_592_000), 0)
    .addOption(new Option('--overlap <what>', 'where the firing before is still running').choices(['skip', 'queue', 'replace']).default('queue'))
    .option('--notify <channel>', 'tell this channel of failures and recoveries; may be repeated', collect)
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((pipeline: string, options: AddOptions) => done(addAutomation(pipeline, options, terminal)));
  one('enable', 'switch one on').action((name: string, options: { project?: string }) => done(switchAutomation(name, true, options, terminal)));
  one('disable', 'switch one off').action((name: string, options: { project?: string }) => done(switchAutomation(name, false, options, terminal)));
  one('remove', 'remove one, with its history').action((name: string, options: { project?: string }) => done(removeAutomation(name, options, terminal)));
  one('fire', 'run one now, and wait for it').action((name: string, options: { project?: string }) => done(fireAutomation(name, options, terminal)));
  automation
    .command('history [automation]')
    .description('what fired, what was skipped, and why; newest first')
    .option('--limit <number>', 'how many', whole(1, 2000), 30)
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((name: string | undefined, options: { project?: string; json?: boolean; limit: number }) => done(showHistory(name, options, terminal)));
  program
    .command('work')
    .description('run the schedules and triggers of a project, without a window, until interrupted')
    .option('--project <folder>', projectHelp)
    .option('--webhooks <port>', 'listen for webhooks on this port; 0 for any free one', whole(0, 65_535))
    .option('--host <address>', 'with --webhooks: address to listen on', '127.0.0.1')
    .option('--once', 'run what is due now, and end: for a cron job of the system')
    .option('--trust-once', trustOnceHelp)
    .action((options: WorkOptions) => done(workCommand(options, terminal)));
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
