import type { Command } from 'commander';
import { formatNumber } from '#app/core/units.ts';
import { knownMetric } from '#app/brief/metric-names.ts';
import { isEmptyBrief, type Brief } from '#app/brief/document.ts';
import { appPlaces, createEngine, findProject } from '#app/engine/index.ts';
import path from 'node:path';
import { exitCodes, printJson, type Terminal } from './terminal.ts';

interface BriefOptions {
  readonly project?: string;
  readonly json?: boolean;
}

/** `penstock brief`: what the project is for, as Markdown. */
export function briefCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  program
    .command('brief')
    .description('show what the project is for: problem, decision, targets, costs, people, risks')
    .option('--project <folder>', 'project folder (default: the nearest)')
    .option('--json', 'print the brief as JSON')
    .action((options: BriefOptions) => done(briefCommand(options, terminal)));
}

async function briefCommand(options: BriefOptions, terminal: Terminal): Promise<number> {
  const found = findProject(process.cwd());
  const projectDir = options.project === undefined ? (found.found ? found.projectDir : process.cwd()) : path.resolve(options.project);
  const engine = await createEngine({ projectDir, ...appPlaces(), readOnly: true });
  try {
    const { brief } = await engine.brief.read();
    if (options.json === true) printJson(terminal, brief);
    else if (isEmptyBrief(brief)) terminal.out('The project has no brief yet: write one on the page Brief of the app, or in project.brief.json.\n');
    else terminal.out(briefMarkdown(brief));
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}

function briefMarkdown(brief: Brief): string {
  const parts: string[] = [];
  const section = (title: string, text: string): void => {
    if (text.trim() !== '') parts.push(`## ${title}\n\n${text.trim()}\n`);
  };
  section('Problem', brief.problem);
  section('Decision', brief.decision);
  section('Goal', [brief.goal ?? '', brief.target === '' ? '' : `target column \`${brief.target}\``, brief.data === '' ? '' : `data \`${brief.data}\``].filter((text) => text !== '').join(', '));
  section(
    'Targets',
    brief.metrics.map(({ metric, target }, index) => `- ${knownMetric(metric)?.title ?? metric} ${knownMetric(metric)?.better === 'lower' ? 'at most' : 'at least'} ${formatNumber(target)}${index === 0 ? ' (success)' : ''}`).join('\n'),
  );
  const { falsePositive, falseNegative, unit, note } = brief.costs;
  const cost = (name: string, value: number | null): string[] => (value === null ? [] : [`- ${name}: ${formatNumber(value)}${unit === '' ? '' : ` ${unit}`}`]);
  section('Cost of errors', [...cost('wrongly taken', falsePositive), ...cost('missed', falseNegative), ...(note === '' ? [] : [note])].join('\n'));
  section('Constraints', brief.constraints.map(({ kind, text }) => `- ${kind}: ${text}`).join('\n'));
  section('People', brief.people.map(({ name, role, contact }) => `- ${name}, ${role}${contact === '' ? '' : ` (${contact})`}`).join('\n'));
  section('Risks', brief.risks.map(({ text, likelihood, impact, answer }) => `- ${text} (likelihood ${likelihood}, impact ${impact})${answer === '' ? '' : `: ${answer}`}`).join('\n'));
  section('Not for', brief.notFor);
  return `${parts.join('\n')}`;
}
