import type { Command } from '../../commands.ts';
import { leak, type Finding, type Fix, type LintInput, type LintNode, type SourcePort } from '../finding.ts';
import { addNear, batch, freeId, reconnect, setParams } from '../fixes.ts';
import { overlap } from '../rows.ts';
import { sourcesAt, type Taught, type Traces } from '../trace.ts';
import type { Test, Trial } from '../trials.ts';

const partition = 'transform/partition';

/**
 * Models that are scored on rows they were fitted on, or that chose something about them (a threshold, a calibration). A model that is
 * also scored on rows it never saw is left alone: there, the training score is looked at on purpose.
 */
export function testedOnTrainingRows(trials: readonly Trial[], traces: Traces, input: LintInput): Finding[] {
  const found = new Map<string, Finding>();
  for (const { trainer, tests } of trials) {
    const isHonest = ({ taught, rows }: Test): boolean => !taught.some((one) => overlap(one.rows, rows));
    for (const test of tests) {
      for (const taught of test.taught) {
        if (!overlap(taught.rows, test.rows)) continue;
        // The same model, or one made of it, is scored on fresh rows elsewhere.
        if (tests.some((other) => isHonest(other) && test.taught.every((one) => other.taught.includes(one)))) continue;
        const finding = taught.as === 'decide' ? decided(taught, test, traces, input) : fitted(trainer, taught, test, traces, input);
        found.set(`${finding.code} ${finding.place?.nodeId ?? ''}`, finding);
      }
    }
  }
  for (const trial of trials.filter(({ inside }) => inside)) {
    const { at: node, port, from, table } = trial;
    for (const taught of sourcesAt(node, 'learner').flatMap((one) => traces.learner(one.from))) {
      if (!overlap(taught.rows, table.rows)) continue;
      const finding = decided(taught, { node, port, from, rows: table.rows, taught: [taught] }, traces, input);
      found.set(`${finding.code} ${finding.place?.nodeId ?? ''}`, finding);
    }
  }
  return [...found.values()];
}

function fitted(trainer: LintNode, taught: Taught, test: Test, traces: Traces, input: LintInput): Finding {
  const fix = otherSide(taught, test, traces, input);
  // Where the test part is set aside and only training takes all rows, it is the trainer that reads the wrong output.
  const place = { nodeId: fix?.at ?? test.node.id };
  return leak('leak-tested-on-training-rows', `“${trainer.title}” is tested (“${test.node.title}”) on rows that it was trained on, so the score shows how well it remembers them, not what to expect of new ones.`, 'Split the rows with Partition: train on one part, test on the other.', place, fix?.fix);
}

function decided(taught: Taught, test: Test, traces: Traces, input: LintInput): Finding {
  const { document } = input;
  const split = splitAt(taught.from, traces);
  const isSame = taught.from.nodeId === test.from.nodeId && taught.from.port === test.from.port;
  let fix: Fix | null = null;
  if (split !== null && isSame && taught.from.port === 'test') {
    const share = split.params['validation'];
    const training = Number(split.params['fraction']);
    // With fixed dates the shares say nothing.
    const byDate = split.params['method'] === 'time' && split.params['testFrom'] !== '';
    const widened = typeof share === 'number' && share > 0 ? null : setParams(split, { validation: Math.round((1 - training) * 50) / 100 });
    const command = byDate && split.params['validationFrom'] === '' ? null : batch([...(widened === null ? [] : [widened]), reconnect(document, { node: taught.node.id, port: taught.port }, { nodeId: split.id, port: 'validation' })]);
    fix = command === null ? null : { title: 'choose on the validation part', command };
  }
  // A learner is fitted anew where it is scored: other rows are all it needs.
  if (fix === null && taught.node.definition.inputs.some((port) => port.kind === 'learner')) fix = otherSide(taught, test, traces, input)?.fix ?? null;
  return leak('leak-chosen-on-test-rows', `“${taught.node.title}” chooses with the same rows that “${test.node.title}” is scored on, so the choice fits them and the score comes out too good.`, 'Choose with a validation part, and keep the test part for the last score.', { nodeId: taught.node.id }, fix);
}

const splitAt = ({ nodeId }: SourcePort, traces: Traces): LintNode | null => {
  const node = traces.nodes.get(nodeId);
  return node?.definition.type === partition ? node : null;
};

const isSamePort = (a: SourcePort | undefined, b: SourcePort): boolean => a?.nodeId === b.nodeId && a.port === b.port;

/** The edit that gives training and test different parts: of a split that is there, or of a new one. */
function otherSide(taught: Taught, test: Test, traces: Traces, { document, catalogue }: LintInput): { readonly at: string; readonly fix: Fix } | null {
  const [training, testing] = [taught.from, test.from];
  const trainer = { node: taught.node.id, port: taught.port };
  const tester = { node: test.node.id, port: test.port };
  const toTest = (split: LintNode, at: string): ReturnType<typeof otherSide> => fixed(`test on the test part of “${split.title}”`, at, reconnect(document, tester, { nodeId: split.id, port: 'test' }));
  const toTrain = (split: LintNode, at: string): ReturnType<typeof otherSide> => fixed(`train on the training part of “${split.title}”`, at, reconnect(document, trainer, { nodeId: split.id, port: 'train' }));
  const [ofTraining, ofTesting] = [splitAt(training, traces), splitAt(testing, traces)];
  const input = (split: LintNode): SourcePort | undefined => split.inputs['table']?.[0];

  if (ofTraining !== null && training.port !== 'test' && isSamePort(testing, training)) return toTest(ofTraining, tester.node);
  if (ofTraining !== null && training.port === 'train' && isSamePort(input(ofTraining), testing)) return toTest(ofTraining, tester.node);
  if (ofTesting !== null && testing.port !== 'train' && (isSamePort(testing, training) || isSamePort(input(ofTesting), training))) return toTrain(ofTesting, trainer.node);
  if (!isSamePort(testing, training)) return null;

  const present = [...traces.nodes.values()].find((node) => node.definition.type === partition && isSamePort(input(node), training));
  if (present !== undefined) {
    const command = batch([reconnect(document, trainer, { nodeId: present.id, port: 'train' }), reconnect(document, tester, { nodeId: present.id, port: 'test' })]);
    return fixed(`use the parts of “${present.title}”`, tester.node, command);
  }
  const definition = catalogue.get(partition)?.definition;
  if (definition === undefined) return null;
  const id = freeId(document, `${training.nodeId}-split`);
  const edge = { id: freeId(document, `${id}-edge`), from: { node: training.nodeId, port: training.port }, to: { node: id, port: 'table' } };
  const add = addNear(document, { id, type: partition, version: definition.version, params: {} }, [edge], training.nodeId, { x: 272, y: 0 });
  return fixed('split the rows before', tester.node, batch([add, reconnect(document, trainer, { nodeId: id, port: 'train' }), reconnect(document, tester, { nodeId: id, port: 'test' })]));
}

const fixed = (title: string, at: string, command: Command | null): { readonly at: string; readonly fix: Fix } | null => (command === null ? null : { at, fix: { title, command } });
