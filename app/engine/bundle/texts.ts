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

${signature.task === 'classification' ? `Predicts the class of “${signature.target.name}”` : `Predicts the number “${signature.target.name}”`} from ${signature.inputs.length} raw ${signature.inputs.length === 1 ? 'column' : 'columns'}.

- Task: ${signature.task}
- Target: “${signature.target.name}” (${typeTitle[signature.target.type]})${classes}
- Algorithm: ${model.algorithm}
- Made by the pipeline “${facts.pipelineTitle}” on ${facts.createdAt.toISOString().slice(0, 10)}

## Data

Trained on ${formatCount(model.rows)} rows${sources.length > 0 ? ` from ${sources.join(', ')}` : ''}.

## Features

${table(['Column', 'Type', 'Computed from'], signature.inputs.map((column) => [column.name, typeTitle[column.type], from(column.name)]))}

Missing values are allowed in every column, and so are categories that did not occur in training.

## Measured while training

${metrics.length > 0 ? table(['Measure', 'Value'], metrics.map(([name, value]) => [name, formatNumber(value)])) : 'Nothing was recorded while training.'}
${notes.length > 0 ? `\n${notes.map((note) => `- ${note}`).join('\n')}\n` : ''}
${coefficients(model)}## Training parameters

${parameters.length > 0 ? table(['Parameter', 'Value'], parameters.map(([name, value]) => [name, JSON.stringify(value) ?? ''])) : 'None.'}

## Limits

- The numbers above were measured on the data named above; on other data the model may do worse.
- The file says what the model computes, not whether its use is fair or allowed: that was not assessed.
- The order and meaning of the columns must be the same as in training; types are checked, meanings cannot be.
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
  return `# ${name}: a model to deploy

Everything the model needs is in this folder; nothing is installed or downloaded.

## Serve it

\`\`\`sh
node server.mjs --port 8080        # Node 18 or newer
curl -H 'Content-Type: application/json' -d '${example}' http://127.0.0.1:8080/predict
\`\`\`

Open http://127.0.0.1:8080/ for a form to try it. Other machines are served with \`--host 0.0.0.0\`; the server has no login, so put it behind something that has.

In a container:

\`\`\`sh
docker build -t ${name.toLowerCase()} . && docker run -p 8080:8080 ${name.toLowerCase()}
\`\`\`

## Call the file from Python

\`\`\`sh
pip install onnxruntime numpy
echo '${example}' | python predict.py
\`\`\`

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

\`node server.mjs --check\` verifies all of them and runs the golden rows.
`;
}

export const dockerfile = `FROM node:24-slim
WORKDIR /model
COPY . .
USER node
EXPOSE 8080
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:8080/v2/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.mjs", "--host", "0.0.0.0", "--port", "8080"]
`;

export const predictPy = `"""JSON records on stdin, predictions on stdout. Needs onnxruntime and numpy."""
import json, pathlib, sys
import numpy, onnxruntime

here = pathlib.Path(__file__).parent
spec = json.loads((here / "signature.json").read_text(encoding="utf-8"))
session = onnxruntime.InferenceSession(str(here / "model.onnx"))
records = json.load(sys.stdin)
text = lambda values: numpy.array([["" if v is None else v] for v in values], dtype=object)
number = lambda values: numpy.array([[numpy.nan if v is None else float(v)] for v in values])
feeds = {spec["tensors"][c["name"]]: (text if c["type"] == "string" else number)([r.get(c["name"]) for r in records]) for c in spec["signature"]["inputs"]}
print(json.dumps({o.name: v.tolist() for o, v in zip(session.get_outputs(), session.run(None, feeds))}))
`;
