import { formatCount, formatNumber } from '#app/core/units.ts';
import type { Column, ColumnLineage } from '#app/relation/types.ts';
import type { ModelValue } from '#app/sdk/ports.ts';

/** What is known of a model when it is bundled; the model card says nothing else. */
export interface BundleFacts {
  readonly name: string;
  readonly model: ModelValue;
  readonly pipelineTitle: string;
  readonly nodeId: string;
  readonly createdAt: Date;
  /** Of the raw feature columns. */
  readonly lineage: readonly ColumnLineage[];
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const typeTitle: Record<Column['type'], string> = { boolean: 'true or false', integer: 'whole number', float: 'number', string: 'text', date: 'date', time: 'time', timestamp: 'date and time', binary: 'bytes' };

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const algorithmTitle: Readonly<Record<string, string>> = { mlp: 'neural network (multi-layer perceptron)', 'linear-regression': 'linear regression', 'logistic-regression': 'logistic regression' };
const initials: Readonly<Record<string, string>> = { rmse: 'RMSE', mae: 'MAE', auc: 'AUC', r2: 'R²' };

/** `validationLoss` → `Validation loss`, `trainingR2` → `Training R²`. */
function inWords(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase().split(' ');
  const text = words.map((word) => initials[word] ?? word).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'automatic';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** MODEL_CARD.md, after Mitchell et al. 2019, from facts only. */
export function modelCard(facts: BundleFacts): string {
  const { model } = facts;
  const { signature } = model;
  const classes = signature.classes === undefined ? '' : `\n- Classes: ${signature.classes.map((cls) => `“${cls}”`).join(', ')}`;
  const sources = [...new Set(facts.lineage.flatMap((column) => column.from.map((source) => source.label)))].sort();
  const metrics = Object.entries(model.metrics);
  const parameters = Object.entries(model.params);
  const notes = model.summary?.notes ?? [];
  const from = (column: string): string =>
    [...new Set((facts.lineage.find((one) => one.column === column)?.from ?? []).filter((source) => source.via === 'value').map((source) => `${source.label}: ${source.column}`))].join(', ') || '—';
  return `# ${facts.name}

Predicts ${said(facts)} from ${signature.inputs.length} raw ${signature.inputs.length === 1 ? 'column' : 'columns'}.

- Task: ${signature.task}
- Target: “${signature.target.name}” (${typeTitle[signature.target.type]})${classes}
- Algorithm: ${algorithmTitle[model.algorithm] ?? model.algorithm}
- Made by the pipeline “${facts.pipelineTitle}” on ${facts.createdAt.toISOString().slice(0, 10)}

## Data

Trained on ${formatCount(model.rows)} rows${sources.length > 0 ? ` from ${sources.join(', ')}` : ''}.

## Features

${table(['Column', 'Type', 'Computed from'], signature.inputs.map((column) => [column.name, typeTitle[column.type], from(column.name)]))}

These are the columns to send, as they were in the training table. A value may be missing in any of them, and a text may be one that did
not occur in training: the model then answers with what it learned to do without.

## Measured while training

${metrics.length > 0 ? table(['Measure', 'Value'], metrics.map(([name, value]) => [inWords(name), formatNumber(value)])) : 'Nothing was recorded while training.'}
${notes.length > 0 ? `\n${notes.map((note) => `- ${note}`).join('\n')}\n` : ''}
${coefficients(model)}## Training parameters

${parameters.length > 0 ? table(['Parameter', 'Value'], parameters.map(([name, value]) => [inWords(name), valueText(value)])) : 'None.'}

## Limits

- The numbers above were measured while training, on the data named above. They say little about other data: test the model on rows that
  it has not seen, and again when the data changes.
- Names and types of the columns are checked with every request. Units and meanings cannot be: they must be the same as in training.
- Whether the use of the model is fair, safe or allowed was not assessed.
`;
}

/** More than this many lines of coefficients nobody reads. */
const shownCoefficients = 15;

function coefficients(model: ModelValue): string {
  const all = model.summary?.coefficients ?? [];
  if (all.length === 0) return '';
  const largest = all.toSorted((a, b) => Math.abs(b.coefficient) - Math.abs(a.coefficient)).slice(0, shownCoefficients);
  const hasClasses = largest.some((one) => one.cls !== undefined);
  const rows = largest.map((one) => [one.feature, ...(hasClasses ? [one.cls ?? ''] : []), formatNumber(one.coefficient)]);
  return `## What it learned

The ${largest.length === all.length ? '' : `${largest.length} largest of ${formatCount(all.length)} `}coefficients, over the features as preprocessed.

${table(['Feature', ...(hasClasses ? ['Class'] : []), 'Coefficient'], rows)}

`;
}

/** README.md of the bundle: how to run it in four ways. */
export function readme(facts: BundleFacts, example: string): string {
  const { name } = facts;
  const image = imageName(name);
  return `# ${name}: a model to deploy

Predicts ${said(facts)}. [MODEL_CARD.md](MODEL_CARD.md) says what it was trained on and how well it did.

## Serve it

Needs Node 18 or newer and nothing else: the server is in this folder, and downloads nothing.

\`\`\`sh
node server.mjs --port 8080
curl -H 'Content-Type: application/json' -d '${example}' http://127.0.0.1:8080/predict
\`\`\`

Send a list of records; the answer has one prediction a record, in the same order. A field that is left out or null is a missing value; a
field that the model does not know is refused. Open http://127.0.0.1:8080/ for a form to try it.

Only this machine can reach the server. With \`--host 0.0.0.0\` others can, too; it asks for no password, so put it behind something that
does.

In a container:

\`\`\`sh
docker build -t ${image} . && docker run --rm -p 127.0.0.1:8080:8080 ${image}
\`\`\`

## Call the file from Python

\`\`\`sh
pip install onnxruntime numpy
echo '${example}' | python predict.py
\`\`\`

\`model.onnx\` takes one tensor a column, of shape [rows, 1]: text as strings with "" for missing, everything else as float64 with NaN for
missing. A date goes as its days since 1970-01-01, a date and time as its seconds since then; the server, and \`predict.py\`, take them as
text such as 2024-05-31 or 2024-05-31T08:30:00. \`signature.json\` says which tensor is which column.

## What is here

| File | What it is |
| --- | --- |
| model.onnx | the model, from raw columns to predictions |
| signature.json | its columns, types and classes |
| golden.json | rows with the answers the model must give |
| MODEL_CARD.md | what it was trained on, and how well it did |
| pipeline.json, lineage.json | the pipeline that made it, and where each column comes from |
| server.mjs, ort-wasm-* | the server and its WebAssembly runtime |
| openapi.json, Dockerfile, predict.py | for tools, containers, Python |
| manifest.json, SHA256SUMS | size and sha256 of every file |

\`node server.mjs --check\` verifies all of them and runs the golden rows; \`sha256sum -c SHA256SUMS\` verifies them without Node.
`;
}

const said = ({ model: { signature } }: BundleFacts): string => `${signature.task === 'classification' ? 'the class of' : 'the number'} “${signature.target.name}”`;

/** Names of container images are lower case, with single signs between letters and digits. */
const imageName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '') || 'model';

export const dockerfile = `FROM node:24-slim
WORKDIR /model
COPY . .
USER node
EXPOSE 8080
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:8080/v2/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.mjs", "--host", "0.0.0.0", "--port", "8080"]
`;

export const predictPy = `"""JSON records on stdin, predictions on stdout. Needs onnxruntime and numpy."""
import datetime, json, pathlib, sys
import numpy, onnxruntime

here = pathlib.Path(__file__).parent
spec = json.loads((here / "signature.json").read_text(encoding="utf-8"))
session = onnxruntime.InferenceSession(str(here / "model.onnx"))
records = json.load(sys.stdin.buffer)
text = lambda values: numpy.array([["" if v is None else v] for v in values], dtype=object)
number = lambda values: numpy.array([[numpy.nan if v is None else float(v)] for v in values])
seconds = lambda v: (datetime.datetime.fromisoformat(v.rstrip("Z")) - datetime.datetime(1970, 1, 1)) // datetime.timedelta(seconds=1)
date = lambda values: number([seconds(v) // 86400 if v else None for v in values])
timestamp = lambda values: number([seconds(v) if v else None for v in values])
feeds = {spec["tensors"][c["name"]]: {"string": text, "date": date, "timestamp": timestamp}.get(c["type"], number)([r.get(c["name"]) for r in records]) for c in spec["signature"]["inputs"]}
found = {o.name: v.tolist() for o, v in zip(session.get_outputs(), session.run(None, feeds))}
if "classes" in spec["signature"]: found["class"] = [spec["signature"]["classes"][i] for i in found["label"]]
print(json.dumps(found))
`;
