import { emptyBrief, type Brief } from '#app/brief/document.ts';
import { penstockVersion } from '#app/core/version.ts';
import type { ColumnLineage } from '#app/relation/types.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import { cardMarkdown, said } from '../trace/card/markdown.ts';

/** What is known of a model when it is bundled; the model card says nothing else. */
export interface BundleFacts {
  readonly name: string;
  readonly model: ModelValue;
  readonly pipelineTitle: string;
  readonly nodeId: string;
  readonly createdAt: Date;
  /** Of the raw feature columns. */
  readonly lineage: readonly ColumnLineage[];
  /** What the project is for; absent: not said. */
  readonly brief?: Brief | undefined;
}

/** MODEL_CARD.md: the card that `penstock model card` writes, of a model that need not be registered. */
export function modelCard(facts: BundleFacts): string {
  const { name, model, createdAt, lineage, nodeId } = facts;
  return cardMarkdown({
    name,
    version: null,
    stage: null,
    aliases: [],
    createdAt,
    note: '',
    model,
    onnx: { sha256: model.onnx, bytes: null, opsets: {} },
    appVersion: penstockVersion,
    source: 'trained',
    pipeline: { title: facts.pipelineTitle, path: null, hash: null },
    run: null,
    nodeId,
    lineage,
    trainingData: [],
    evaluations: [],
    approvals: [],
    brief: facts.brief ?? emptyBrief(),
  });
}

/** README.md of the bundle: how to run it in four ways. */
export function readme(facts: BundleFacts, example: string): string {
  const { name } = facts;
  const image = imageName(name);
  return `# ${name}: a model to deploy

Predicts ${said(facts.model)}. [MODEL_CARD.md](MODEL_CARD.md) says what it was trained on and how well it did.

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
import datetime, json, os, pathlib, sys
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # or onnxruntime tells its makers which models are loaded
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
