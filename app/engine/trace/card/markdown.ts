import { formatBytes, formatCount, formatNumber } from '#app/core/units.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import { costsSection, limitsOf, peopleSection, purpose, risksOf, targetsSection } from './brief-parts.ts';
import { typeTitle, type ModelFacts } from './model-facts.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const algorithmTitle: Readonly<Record<string, string>> = { mlp: 'neural network (multi-layer perceptron)', 'linear-regression': 'linear regression', 'logistic-regression': 'logistic regression' };
export const algorithmText = (algorithm: string): string => algorithmTitle[algorithm] ?? algorithm;
const initials: Readonly<Record<string, string>> = { rmse: 'RMSE', mae: 'MAE', auc: 'AUC', r2: 'R²' };

/** `validationLoss` → `Validation loss`, `trainingR2` → `Training R²`. */
export function inWords(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase().split(' ');
  const text = words.map((word) => initials[word] ?? word).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'automatic';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export const said = ({ signature }: ModelValue): string => `${signature.task === 'classification' ? 'the class of' : 'the number'} “${signature.target.name}”`;

const day = (date: Date): string => date.toISOString().slice(0, 10);

/** What people must know before they use any model of ours. */
export const caveats: readonly string[] = [
  'The numbers above were measured on the data named above. They say little about other data: test the model on rows that it has not seen, and again when the data changes.',
  'Names and types of the columns are checked with every request. Units and meanings cannot be: they must be the same as in training.',
];
export const ethics = 'Whether the use of the model is fair, safe or allowed was not assessed.';

/** A model card after Mitchell et al. 2019, from facts only. */
export function cardMarkdown(facts: ModelFacts): string {
  return [
    head(facts),
    intendedUse(facts),
    targetsSection(facts.brief, facts.evaluations),
    factors(facts),
    data(facts),
    measured(facts),
    costsSection(facts.brief),
    coefficients(facts.model),
    parameters(facts.model),
    peopleSection(facts.brief),
    approvals(facts),
    limits(facts),
    provenance(facts),
  ]
    .filter((part) => part !== '').join('\n\n') + '\n';
}

function head(facts: ModelFacts): string {
  const { model, pipeline } = facts;
  const { signature } = model;
  const lines = [
    ...(facts.version === null ? [] : [`- Version: ${facts.version}${facts.stage === null ? '' : ` (${facts.stage})`}${facts.aliases.length === 0 ? '' : `, also called ${facts.aliases.join(', ')}`}`]),
    `- Task: ${signature.task}`,
    `- Target: “${signature.target.name}” (${typeTitle[signature.target.type]})`,
    ...(signature.classes === undefined ? [] : [`- Classes: ${signature.classes.map((cls) => `“${cls}”`).join(', ')}`]),
    `- Algorithm: ${algorithmText(model.algorithm)}`,
    pipeline === null ? `- Made on ${day(facts.createdAt)}${facts.source === 'trained' ? '' : `, taken in from elsewhere (${facts.source})`}` : `- Made by the pipeline “${pipeline.title}” on ${day(facts.createdAt)}`,
    ...(facts.note === '' ? [] : [`- Note: ${facts.note.replaceAll('\n', ' ')}`]),
  ];
  const { length } = signature.inputs;
  return `# ${facts.name}\n\nPredicts ${said(model)} from ${length} raw ${length === 1 ? 'column' : 'columns'}.\n\n${lines.join('\n')}`;
}

function intendedUse({ model: { signature }, brief }: ModelFacts): string {
  const why = purpose(brief);
  return `## Intended use\n\n${why === '' ? '' : `${why}\n\n`}To predict ${said({ signature } as ModelValue)} for records like those it was trained on. It was made for no other use, and was tested for none.`;
}

function factors({ model: { signature }, lineage }: ModelFacts): string {
  const from = (column: string): string => [...new Set((lineage.find((one) => one.column === column)?.from ?? []).filter((source) => source.via === 'value').map((source) => `${source.label}: ${source.column}`))].join(', ') || '—';
  return `## Features\n\n${table(['Column', 'Type', 'Computed from'], signature.inputs.map((column) => [column.name, typeTitle[column.type], from(column.name)]))}

These are the columns to send, as they were in the training table. A value may be missing in any of them, and a text may be one that did
not occur in training: the model then answers with what it learned to do without.`;
}

function data({ model, lineage, trainingData }: ModelFacts): string {
  const sources = [...new Set(lineage.flatMap((column) => column.from.map((source) => source.label)))].sort();
  const from = trainingData.length > 0 ? trainingData.map(({ title }) => title) : sources;
  const text = `## Data\n\nTrained on ${formatCount(model.rows)} rows${from.length > 0 ? ` from ${[...new Set(from)].join(', ')}` : ''}.`;
  if (trainingData.length === 0) return text;
  const rows = trainingData.map((one) => [one.title, one.rows === null ? '—' : formatCount(one.rows), one.bytes === null ? '—' : formatBytes(one.bytes), one.sha256 === null ? `${one.version.slice(0, 16)} (state)` : `${one.sha256.slice(0, 16)}… (SHA-256)`]);
  return `${text}\n\n${table(['Dataset', 'Rows', 'Size', 'Version'], rows)}`;
}

function measured({ model, evaluations }: ModelFacts): string {
  const trained = Object.entries(model.metrics);
  const notes = model.summary?.notes ?? [];
  const interval = (one: ModelFacts['evaluations'][number]['metrics'][number]): string => (one.interval === null ? '' : `${formatNumber(one.interval[0])} to ${formatNumber(one.interval[1])}`);
  const evaluated = evaluations.map(({ title, rows, metrics, data: on }) => {
    const has = metrics.some((one) => one.interval !== null);
    const head = has ? ['Measure', 'Value', '95 % interval'] : ['Measure', 'Value'];
    return `### ${title}\n\nOn ${rows === null ? 'the rows of its input' : `${formatCount(rows)} rows`}${on.length === 0 ? '' : ` from ${[...new Set(on)].join(', ')}`}.\n\n${table(head, metrics.map((one) => [inWords(one.name), formatNumber(one.value), ...(has ? [interval(one)] : [])]))}`;
  });
  const own = `## Measured while training\n\n${trained.length > 0 ? table(['Measure', 'Value'], trained.map(([name, value]) => [inWords(name), formatNumber(value)])) : 'Nothing was recorded while training.'}${notes.length > 0 ? `\n\n${notes.map((note) => `- ${note}`).join('\n')}` : ''}`;
  return evaluated.length === 0 ? own : `## Evaluation\n\n${evaluated.join('\n\n')}\n\n${own}`;
}

/** More than this many lines of coefficients nobody reads. */
const shownCoefficients = 15;

function coefficients(model: ModelValue): string {
  const all = model.summary?.coefficients ?? [];
  if (all.length === 0) return '';
  const largest = all.toSorted((a, b) => Math.abs(b.coefficient) - Math.abs(a.coefficient)).slice(0, shownCoefficients);
  const hasClasses = largest.some((one) => one.cls !== undefined);
  const rows = largest.map((one) => [one.feature, ...(hasClasses ? [one.cls ?? ''] : []), formatNumber(one.coefficient)]);
  return `## What it learned\n\nThe ${largest.length === all.length ? '' : `${largest.length} largest of ${formatCount(all.length)} `}coefficients, over the features as preprocessed.\n\n${table(['Feature', ...(hasClasses ? ['Class'] : []), 'Coefficient'], rows)}`;
}

function parameters({ params }: ModelValue): string {
  const all = Object.entries(params);
  return `## Training parameters\n\n${all.length > 0 ? table(['Parameter', 'Value'], all.map(([name, value]) => [inWords(name), valueText(value)])) : 'None.'}`;
}

function approvals(facts: ModelFacts): string {
  if (facts.approvals.length === 0) return '';
  return `## Approvals\n\n${table(['Who', 'Verdict', 'When', 'Note'], facts.approvals.map((one) => [one.actor, one.verdict, day(new Date(one.at)), one.note]))}`;
}

function limits({ brief, ethics: written = '' }: ModelFacts): string {
  const risks = risksOf(brief).map(({ name, answer }) => `Risk: ${name}${answer === '' ? '' : `. Answer: ${answer}`}`);
  return `## Limits\n\n${[...limitsOf(brief), ...risks, ...caveats, ...(risks.length === 0 && written === '' ? [ethics] : [])].map((line) => `- ${line}`).join('\n')}${written === '' ? '' : `\n\n## Ethical considerations\n\n${written}`}`;
}

function provenance({ onnx, run, pipeline, appVersion }: ModelFacts): string {
  const opsets = Object.entries(onnx.opsets).map(([domain, version]) => `${domain} ${version}`);
  const rows = [
    ['model.onnx (SHA-256)', onnx.sha256],
    ...(opsets.length === 0 ? [] : [['ONNX operators', opsets.join(', ')]]),
    ['Penstock', appVersion],
    ...(run === null ? [] : [['Run', `${run.id}, ${run.startedAt.toISOString()}`]]),
    ...(pipeline?.path == null ? [] : [['Pipeline', pipeline.path]]),
  ];
  return `## Provenance\n\n${table(['What', 'Value'], rows)}`;
}
