import { formatCount, formatDuration, formatNumber } from '#app/core/units.ts';
import type { CheckedPipeline, CiReport } from './check.ts';

const states = { new: 'new', changed: 'changed', layout: 'only moved', same: 'unchanged', removed: 'removed' } as const;

/** The report as Markdown, for a comment on a pull request. */
export function ciMarkdown(report: CiReport): string {
  const { base, sample, seed, pipelines, passed } = report;
  const changed = pipelines.filter(({ state, problems }) => state === 'new' || state === 'changed' || problems.length > 0);
  const how = sample === 0 ? 'on all rows' : `on ${formatCount(sample)} random rows of each source (seed ${seed}), the same on both sides`;
  return [
    `# Penstock: ${passed ? 'passed' : 'failed'}`,
    '',
    `Compared with ${code(base.ref)} (${code(base.oid.slice(0, 8))}). Changed pipelines were run ${how}, both with the data of this checkout. Nodes that act outside (writers, deploy) were not run.`,
    '',
    '| Pipeline | State | Check | Run |',
    '| --- | --- | --- | --- |',
    ...pipelines.map((one) => `| ${cell(one.title)} | ${states[one.state]} | ${one.problems.length === 0 ? 'passed' : '**failed**'} | ${runWords(one)} |`),
    '',
    ...changed.flatMap(section),
  ].join('\n');
}

function section(one: CheckedPipeline): string[] {
  const lines = [`## ${cell(one.title)}`, '', code(one.path), ''];
  const list = (title: string, items: readonly string[]): void => {
    if (items.length > 0) lines.push(`**${title}**`, '', ...items.slice(0, 50).map((item) => `- ${cell(item)}`), ...(items.length > 50 ? [`- … and ${items.length - 50} more`] : []), '');
  };
  list('Why it fails', one.problems);
  list('Changes', one.changes);
  if (one.metrics.length > 0) {
    lines.push('| Metric | Base | Here | Change | |', '| --- | ---: | ---: | ---: | --- |');
    for (const metric of one.metrics) {
      const change = metric.base === null || metric.here === null ? '' : `${metric.here >= metric.base ? '+' : '−'}${formatNumber(Math.abs(metric.here - metric.base))}`;
      lines.push(`| ${cell(metric.name)} | ${number(metric.base)} | ${number(metric.here)} | ${change} | ${metric.fails === null ? `${metric.better} is better` : `**${metric.fails}**`} |`);
    }
    lines.push('');
  }
  list('Leaks', one.leaks.map(({ message }) => message));
  list('Data contracts', one.run?.contracts ?? []);
  if (one.base !== null && one.base.status !== 'succeeded') list('On the base it fails, too', one.base.failures);
  return lines;
}

function runWords({ run, state }: CheckedPipeline): string {
  if (run === null) return state === 'same' || state === 'layout' ? 'not needed' : 'not run';
  return `${run.status}${run.ms === null ? '' : ` in ${formatDuration(run.ms)}`}`;
}

const number = (value: number | null): string => (value === null ? '–' : formatNumber(value));
/** A title or sentence must not break out of its cell, its list item or its heading. */
const cell = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('`', '’');
const code = (text: string): string => `\`${text.replaceAll('`', '’')}\``;
