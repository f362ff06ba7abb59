import { formatNumber } from '#app/core/units.ts';
import { knownMetric } from '#app/brief/metric-names.ts';
import { judgeMetrics, verdictSentence, type Verdict } from '#app/brief/judge.ts';
import type { Brief } from '#app/brief/document.ts';
import type { EvaluationFacts } from './model-facts.ts';

/** What a card says of a project's brief: only what people wrote there, and how the model's evaluations stand to its targets. */

export interface JudgedEvaluation extends Verdict {
  readonly evaluation: string;
}

export function judgedEvaluations(brief: Brief, evaluations: readonly EvaluationFacts[]): JudgedEvaluation[] {
  return evaluations.flatMap(({ title, metrics }) => judgeMetrics(brief.metrics, Object.fromEntries(metrics.map(({ name, value }) => [name, value]))).map((verdict) => ({ ...verdict, evaluation: title })));
}

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
/** A person's headings must not stand among the card's own. */
const quoted = (text: string): string => text.trim().replaceAll(/^#{1,6} +(.*)$/gm, '**$1**');

/** Problem and decision, for the card's intended use. */
export const purpose = (brief: Brief): string => [brief.problem, brief.decision].map(quoted).filter((text) => text !== '').join('\n\n');

export function targetsSection(brief: Brief, evaluations: readonly EvaluationFacts[]): string {
  if (brief.metrics.length === 0) return '';
  const judged = judgedEvaluations(brief, evaluations);
  const lines = brief.metrics.flatMap(({ metric, target }, index) => {
    const known = knownMetric(metric);
    const found = judged.filter((one) => one.metric === (known?.name ?? metric));
    const success = index === 0 ? ' (stands for success)' : '';
    if (found.length === 0) return [`${known?.title ?? metric}, target ${formatNumber(target)}: not measured${success}`];
    return found.map((one) => `${verdictSentence(one)}, in “${one.evaluation}”${success}`);
  });
  return `## Targets\n\n${list(lines)}`;
}

export function costsSection({ costs }: Brief): string {
  const unit = costs.unit === '' ? '' : ` ${costs.unit}`;
  const lines = [
    ...(costs.falsePositive === null ? [] : [`Wrongly taken: ${formatNumber(costs.falsePositive)}${unit}`]),
    ...(costs.falseNegative === null ? [] : [`Missed: ${formatNumber(costs.falseNegative)}${unit}`]),
    ...(costs.note.trim() === '' ? [] : [costs.note.trim().replaceAll('\n', ' ')]),
  ];
  return lines.length === 0 ? '' : `## Cost of errors\n\n${list(lines)}`;
}

export const limitsOf = (brief: Brief): string[] => [...(brief.notFor.trim() === '' ? [] : [`Not for: ${brief.notFor.trim().replaceAll('\n', ' ')}`]), ...brief.constraints.filter(({ text }) => text.trim() !== '').map(({ kind, text }) => `Must hold (${kind}): ${text}`)];

export const risksOf = (brief: Brief): { readonly name: string; readonly answer: string }[] =>
  brief.risks.filter(({ text }) => text.trim() !== '').map(({ text, likelihood, impact, answer }) => ({ name: `${text} (likelihood ${likelihood}, impact ${impact})`, answer }));

export function peopleSection({ people }: Brief): string {
  const named = people.filter(({ name }) => name.trim() !== '');
  return named.length === 0 ? '' : `## People\n\n${list(named.map(({ name, role, contact }) => `${name}, ${role}${contact === '' ? '' : `, ${contact}`}`))}`;
}
