import { PenstockError } from '#app/core/errors.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import { checkParity, relativeDifference, type GoldenRows } from '../model/parity.ts';
import { openScorer } from '../model/scorer.ts';
import { appendEnd, type EndNames, type ModelEnd } from './edit-model.ts';
import { readGoldenInputs } from './golden-file.ts';

/** Labels and probabilities [rows × classes] of a classifier. */
export interface ClassAnswers {
  readonly label: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
}

export interface ModelEdit {
  build(before: EndNames): ModelEnd;
  /** What the end makes of the old answers, computed without ONNX. */
  expected(old: ClassAnswers): ClassAnswers;
  /** Added to the file's metadata; the key starts with `penstock.`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Added to the model's own, of which `outdated` ones go; the file's metadata has them as `penstock.<name>`. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly outdated?: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
  /** One sentence for the model's page. */
  readonly note: string;
}

/** How far float32 probabilities of two processors may be apart. */
const NUDGE = 3e-7;
const TOLERANCE = 1e-5;

/**
 * A classifier with an end appended to its file, checked like one that was just trained: its golden rows get the answers that the edit
 * gives for the old file's, and the new file must repeat them. A golden row that stands on a step (the last digit of a probability
 * decides) is left out, because it would fail on another processor.
 * @throws PenstockError `onnx-unsupported`, `parity`.
 */
export async function editModel(model: ModelValue, edit: ModelEdit, { artifacts, signal }: Pick<RunContext<unknown>, 'artifacts' | 'signal'>): Promise<ModelValue> {
  const { signature } = model;
  const classes = signature.classes?.length ?? 0;
  const old = await artifacts.read(model.onnx);
  const outdated = edit.outdated ?? [];
  const file = appendEnd(old, classes, (before) => edit.build(before), edit.metadata, outdated.map((name) => `penstock.${name}`));
  const inputs = await readGoldenInputs(model, artifacts);
  const scorer = await openScorer(old, signature, { signal });
  const found = await scorer.score(inputs.inputs, inputs.rows).finally(() => scorer.close());
  const answers = { label: found.label ?? [], probabilities: found.probabilities ?? [] };
  const golden = goldenOf(signature, inputs, edit.expected(answers), steadyRows(answers, edit, inputs.rows, classes));
  await checkParity(file, golden, TOLERANCE);
  await checkLabels(file, golden);
  return {
    ...model,
    onnx: await artifacts.put(file, 'model.onnx'),
    golden: await artifacts.put(JSON.stringify(golden), 'golden.json'),
    params: { ...Object.fromEntries(Object.entries(model.params).filter(([name]) => !outdated.includes(name))), ...edit.params },
    metrics: { ...model.metrics, ...edit.metrics },
    summary: { ...model.summary, notes: [...(model.summary?.notes ?? []), edit.note] },
  };
}

/** Rows whose answer stays when every probability is a little more or less. All of them where hardly any would be left. */
function steadyRows(answers: ClassAnswers, edit: ModelEdit, rows: number, classes: number): number[] {
  const shifted = (by: number): ClassAnswers => edit.expected({ label: answers.label, probabilities: Float64Array.from(answers.probabilities, (p) => Math.min(1, Math.max(0, p + by))) });
  const middle = edit.expected(answers);
  const others = [shifted(NUDGE), shifted(-NUDGE)];
  const all = Array.from({ length: rows }, (_unused, row) => row);
  const steady = all.filter((row) =>
    others.every((other) => {
      if (other.label[row] !== middle.label[row]) return false;
      for (let at = row * classes; at < (row + 1) * classes; at += 1) {
        if (relativeDifference(other.probabilities[at] ?? 0, middle.probabilities[at] ?? 0, 0.1) > TOLERANCE / 2) return false;
      }
      return true;
    }),
  );
  return steady.length >= Math.min(rows, 20) ? steady : all;
}

function goldenOf(signature: ModelValue['signature'], { inputs }: Pick<GoldenRows, 'inputs'>, { label, probabilities }: ClassAnswers, rows: readonly number[]): GoldenRows {
  const classes = signature.classes?.length ?? 0;
  return {
    signature,
    rows: rows.length,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, rows.map((row) => values[row] ?? null)])),
    outputs: {
      label: rows.map((row) => label[row] ?? -1),
      probabilities: rows.map((row) => Array.from({ length: classes }, (_unused, cls) => probabilities[row * classes + cls] ?? 0)),
    },
  };
}

/** Labels exactly: `checkParity` lets the most probable class pass, but a label may go by a threshold. */
async function checkLabels(file: Uint8Array, golden: GoldenRows): Promise<void> {
  const scorer = await openScorer(file, golden.signature);
  const { label } = await scorer.score(golden.inputs, golden.rows).finally(() => scorer.close());
  const wrong = golden.outputs.label?.findIndex((expected, row) => label?.[row] !== expected) ?? -1;
  if (wrong < 0) return;
  throw new PenstockError('parity', `The changed model file gives test row ${wrong + 1} another class than it should.`, { remedy: 'Do not deploy this file; run again, and report it if it happens again.', place: { line: wrong + 1 } });
}
