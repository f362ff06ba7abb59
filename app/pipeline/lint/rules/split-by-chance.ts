import type { ColumnType } from '#app/relation/types.ts';
import { formatCount } from '#app/core/units.ts';
import type { Command } from '../../commands.ts';
import type { ColumnTrace } from '../columns.ts';
import { leak, quoted, type Finding, type LintInput, type LintNode, type SplitFacts } from '../finding.ts';
import { addNear, batch, freeId, reconnect, setParams } from '../fixes.ts';
import { isIdentifier } from '../identifiers.ts';
import { keptApartBy } from '../rows.ts';
import type { Traces } from '../trace.ts';
import type { Trial } from '../trials.ts';

/** A node that parts the rows of a trial by chance, and the columns that come into it. */
export interface ChanceSplit {
  readonly node: LintNode;
  readonly columns: ReadonlyMap<string, ColumnTrace>;
}

const partition = 'transform/partition';

/** Nodes that can split by time (by the params `method` and `time`), and how each is told to keep groups together. */
const splitters: ReadonlyMap<string, (column: string) => Readonly<Record<string, unknown>>> = new Map<string, (column: string) => Readonly<Record<string, unknown>>>([
  [partition, (column) => ({ method: 'grouped', group: [column] })],
  ['evaluate/test-and-score', (column) => ({ method: 'group-k-fold', group: column })],
]);

/** Splits at random between what trials learn from and what they are tested on, each once. */
export function chanceSplits(trials: readonly Trial[], traces: Traces): ChanceSplit[] {
  const found = new Map<string, ChanceSplit>();
  for (const trial of trials) {
    if (trial.inside) {
      if (isByChance(trial.at)) found.set(trial.at.id, { node: trial.at, columns: trial.table.columns });
      continue;
    }
    for (const id of trial.tests.flatMap(({ rows }) => keptApartBy(trial.table.rows, rows))) {
      const node = traces.nodes.get(id);
      const from = node?.inputs['table']?.[0];
      const columns = from === undefined ? undefined : traces.table(from)?.columns;
      if (node?.definition.type === partition && isByChance(node) && columns !== undefined) found.set(id, { node, columns });
    }
  }
  return [...found.values()];
}

const isByChance = ({ params: { method } }: LintNode): boolean => typeof method !== 'string' || !/group|time/.test(method);

/** Dates that say something of a row, not when it was written down. */
const notWhen = /birth|born|\bdob\b|_dob|expir|valid|until|deadline|due/i;
const isTime = (type: ColumnType): boolean => type === 'date' || type === 'timestamp';

/** Rows with a time, parted by chance: the model is tested on rows whose neighbours in time it has seen. */
export function timeByChance(splits: readonly ChanceSplit[]): Finding[] {
  return splits.flatMap(({ node, columns }): Finding[] => {
    const times = [...columns].filter(([name, { type }]) => isTime(type) && !notWhen.test(name)).map(([name]) => name);
    const [time] = times;
    if (time === undefined) return [];
    const known = splitters.has(node.definition.type);
    const byTime = known ? { title: `split by “${time}”`, command: setParams(node, { method: 'time', time }) } : null;
    return [
      leak(
        'leak-time',
        `“${node.title}” splits at random, but the rows have a time (${quoted(times)}): the model is trained on rows from after those it is tested on.`,
        'Split by time, so that it is tested on what comes later, as in use.',
        { nodeId: node.id, column: time },
        byTime,
      ),
    ];
  });
}

/** Groups that are enough for a split, and rows a group from which it matters. */
const fewestGroups = 10;
const rowsPerGroup = 1.05;

/** Several rows of one person, shop, machine …, parted by chance: the model recognises whom it has seen. Known only after a run. */
export function groupsByChance(splits: readonly ChanceSplit[], { facts }: LintInput): Finding[] {
  return splits.flatMap(({ node }): Finding[] => {
    const known = facts.get(node.id);
    if (known === undefined) return [];
    const key: unknown = node.params['key'];
    // A key of that one column keeps its rows together already.
    const kept = Array.isArray(key) && key.length === 1 ? String(key[0]) : null;
    const found = Object.entries(known.distinct)
      .filter(([name, count]) => name !== kept && count >= fewestGroups && known.rows >= count * rowsPerGroup)
      .sort((a, b) => b[1] - a[1])[0];
    if (found === undefined) return [];
    const [name, count] = found;
    const groupsOf = splitters.get(node.definition.type);
    return [
      leak(
        'leak-groups',
        `“${node.title}” splits at random, but “${name}” repeats (${formatCount(count)} values in ${formatCount(known.rows)} rows): rows of one “${name}” are trained on and tested on.`,
        'Keep its rows together, so that the model is tested on ones it has not met.',
        { nodeId: node.id, column: name },
        groupsOf === undefined ? null : { title: `keep each “${name}” together`, command: setParams(node, groupsOf(name)) },
      ),
    ];
  });
}

/** Fewest equal rows that are worth a word, and their least share of the test rows. */
const fewestTwins = 3;
const leastShare = 0.01;
/** Combinations of values a row, from which equal rows do not come about by themselves (as they do in a survey of few answers). */
const combinationsPerRow = 100;

/** Rows that are in the training and in the test part alike. Known only after a run. */
export function twinsAcross(trials: readonly Trial[], traces: Traces, input: LintInput): Finding[] {
  const splits = new Set(trials.flatMap((trial) => (trial.inside ? [trial.at.id] : trial.tests.flatMap(({ rows }) => keptApartBy(trial.table.rows, rows)))));
  return [...splits].flatMap((id): Finding[] => {
    const node = traces.nodes.get(id);
    const known = input.facts.get(id);
    if (node === undefined || !splitters.has(node.definition.type) || known === undefined || known.compared === null || !isTelling(known)) return [];
    const all = traces.table(node.inputs['table']?.[0] ?? { nodeId: '', port: '' })?.columns;
    const ids = [...(all ?? [])].filter(([name, { type }]) => isIdentifier(name, type)).map(([name]) => name);
    const columns = ids.length === 0 ? [] : known.compared;
    const share = known.twins === known.testRows ? 'All' : formatCount(known.twins);
    const equal = ids.length === 0 ? '' : ` (equal in every column but ${quoted(ids)})`;
    const where = node.definition.type === partition ? `test rows are also in the training part${equal}` : `rows are there more than once${equal}, to be trained on and tested on`;
    return [
      leak(
        'leak-duplicates',
        `${share} of the ${formatCount(known.testRows)} ${where}, so the model has seen their answers.`,
        'Remove duplicates before the split.',
        { nodeId: id },
        deduplicated(node, columns, input),
      ),
    ];
  });
}

const isTelling = ({ twins, testRows, rows, combinations }: SplitFacts): boolean => twins >= fewestTwins && twins >= testRows * leastShare && combinations >= rows * combinationsPerRow;

function deduplicated(split: LintNode, columns: readonly string[], { document, catalogue }: LintInput): Finding['fix'] | null {
  const definition = catalogue.get('transform/deduplicate')?.definition;
  const from = split.inputs['table']?.[0];
  if (definition === undefined || from === undefined) return null;
  const id = freeId(document, `${split.id}-deduplicate`);
  const edge = { id: freeId(document, `${id}-edge`), from: { node: from.nodeId, port: from.port }, to: { node: id, port: 'table' } };
  const add: Command = addNear(document, { id, type: definition.type, version: definition.version, params: columns.length === 0 ? {} : { columns: [...columns] } }, [edge], split.id, { x: -104, y: 96 });
  const command = batch([add, reconnect(document, { node: split.id, port: 'table' }, { nodeId: id, port: 'table' })]);
  return command === null ? null : { title: 'remove duplicates before the split', command };
}
