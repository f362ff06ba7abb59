import type { Column } from '#app/relation/types.ts';
import { datedNumber, isDated } from '#app/sdk/model-input.ts';
import { inputTensorName } from '#app/sdk/ports.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';

export interface Snippet {
  readonly id: 'curl' | 'python' | 'javascript';
  readonly title: string;
  readonly code: string;
}

type Example = Readonly<Record<string, boolean | number | string | null>>;

const exampleOf: Partial<Record<Column['type'], boolean | string>> = { string: 'text', boolean: true, date: '2024-05-31', timestamp: '2024-05-31T08:30:00' };

/** A record to show: given values, or one that the type allows. */
export function exampleRecord(inputs: readonly Column[], typical: Example = {}): Example {
  return Object.fromEntries(inputs.map(({ name, type }) => [name, typical[name] ?? (exampleOf[type] ?? 0)]));
}

/** How to ask a model from elsewhere: over HTTP, from Python, from JavaScript. `url` is that of a running server, if any. */
export function snippets(signature: Pick<ModelSignature, 'inputs' | 'task' | 'classes'>, url: string | null, typical: Example = {}): Snippet[] {
  const example = exampleRecord(signature.inputs, typical);
  return [
    { id: 'curl', title: 'HTTP', code: curl(example, url) },
    { id: 'python', title: 'Python', code: python(signature, example) },
    { id: 'javascript', title: 'JavaScript', code: javascript(signature, example) },
  ];
}

export function curl(example: Example, url: string | null): string {
  const body = JSON.stringify({ records: [example] }, null, 2).replaceAll("'", String.raw`'\''`);
  return `curl ${url ?? 'http://127.0.0.1:PORT'}/predict \\\n  -H 'content-type: application/json' \\\n  -d '${body}'`;
}

function python({ inputs, task }: Pick<ModelSignature, 'inputs' | 'task'>, example: Example): string {
  const feeds = inputs.map((column) => {
    const value = column.type === 'string' ? JSON.stringify(String(example[column.name] ?? '')) : String(numeric(column, example[column.name] ?? null));
    const dtype = column.type === 'string' ? 'object' : 'np.float64';
    return `    ${JSON.stringify(inputTensorName(column.name))}: np.array([[${value === 'NaN' ? 'np.nan' : value}]], dtype=${dtype}),`;
  });
  const ask = task === 'classification' ? 'label, probabilities = session.run(["label", "probabilities"], inputs)' : '(prediction,) = session.run(["prediction"], inputs)';
  return ['import numpy as np', 'import onnxruntime as ort', '', 'session = ort.InferenceSession("model.onnx")', 'inputs = {', ...feeds, '}', ask].join('\n');
}

function javascript({ inputs, task, classes }: Pick<ModelSignature, 'inputs' | 'task' | 'classes'>, example: Example): string {
  const feeds = inputs.map((column) => {
    const [type, value] = column.type === 'string' ? ['string', JSON.stringify(String(example[column.name] ?? ''))] : ['float64', String(numeric(column, example[column.name] ?? null))];
    return `  ${JSON.stringify(inputTensorName(column.name))}: new ort.Tensor('${type}', [${value}], [1, 1]),`;
  });
  const answer =
    task === 'classification'
      ? [`const classes = ${JSON.stringify(classes ?? [])};`, 'console.log(classes[Number(outputs.label.data[0])], outputs.probabilities.data);']
      : ['console.log(outputs.prediction.data[0]);'];
  return ["import * as ort from 'onnxruntime-node';", '', "const session = await ort.InferenceSession.create('model.onnx');", 'const outputs = await session.run({', ...feeds, '});', ...answer].join('\n');
}

/** A value as the tensor holds it. */
function numeric(column: Column, value: boolean | number | string | null): number {
  if (value === null || value === '') return Number.NaN;
  if (isDated(column)) return datedNumber(column.type, String(value)) ?? Number.NaN;
  return Number(value);
}
