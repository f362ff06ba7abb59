import { randomUUID } from 'node:crypto';
import { dump } from 'js-yaml';
import { penstockVersion } from '#app/core/version.ts';
import type { GoldenRows } from '#app/ml/index.ts';
import type { Column } from '#app/relation/types.ts';
import { inputTensorName, type ModelSignature } from '#app/sdk/ports.ts';
import { loaderPy } from './loader.ts';

export interface ModelFolderFacts {
  readonly signature: ModelSignature;
  readonly golden: GoldenRows;
  readonly runId: string;
  /** Of the server. */
  readonly mlflowVersion: string;
  readonly modelBytes: number;
  readonly createdAt: Date;
  readonly name: string;
  readonly version: number;
}

/**
 * The files beside model.onnx that make a folder an MLflow model: flavors `onnx` and `python_function`, signature, input example, requirements.
 * By mlflow.models.Model's format as MLflow 2 and 3 read it.
 */
export function modelFolder(facts: ModelFolderFacts): Record<string, string> {
  const { signature, golden } = facts;
  const example = exampleRows(signature, golden);
  const requirements = ['mlflow', 'numpy', 'onnx', 'onnxruntime', 'pandas'];
  const yaml = (value: unknown): string => dump(value, { lineWidth: 120, noRefs: true });
  const mlmodel = {
    artifact_path: 'model',
    flavors: {
      onnx: { code: null, data: 'model.onnx', onnx_version: '1.16.0', providers: ['CPUExecutionProvider'], onnx_session_options: null },
      python_function: { code: 'code', data: 'model.onnx', env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' }, loader_module: 'penstock_model', python_version: '3.11.0' },
    },
    metadata: { penstock_model: facts.name, penstock_version: facts.version, penstock_app: penstockVersion },
    mlflow_version: facts.mlflowVersion,
    model_size_bytes: facts.modelBytes,
    model_uuid: randomUUID().replaceAll('-', ''),
    run_id: facts.runId,
    saved_input_example_info: { artifact_path: 'input_example.json', pandas_orient: 'split', serving_input_path: 'serving_input_example.json', type: 'dataframe' },
    signature: { inputs: JSON.stringify(inputsOf(signature, golden)), outputs: JSON.stringify(outputsOf(signature)), params: null },
    utc_time_created: facts.createdAt.toISOString().replace('T', ' ').replace('Z', '000'),
  };
  return {
    MLmodel: yaml(mlmodel),
    'penstock.json': `${JSON.stringify({ format: 'penstock-model', formatVersion: 1, signature, tensors: Object.fromEntries(signature.inputs.map(({ name }) => [name, inputTensorName(name)])) }, null, 2)}\n`,
    'golden.json': JSON.stringify(golden),
    'code/penstock_model.py': loaderPy,
    'requirements.txt': `${requirements.join('\n')}\n`,
    'conda.yaml': yaml({ name: 'mlflow-env', channels: ['conda-forge'], dependencies: ['python=3.11', 'pip', { pip: requirements }] }),
    'python_env.yaml': yaml({ python: '3.11', build_dependencies: ['pip', 'setuptools', 'wheel'], dependencies: ['-r requirements.txt'] }),
    'input_example.json': JSON.stringify(example),
    'serving_input_example.json': JSON.stringify({ dataframe_split: example }, null, 2),
  };
}

/** Types that a DataFrame has for such columns. pandas holds whole numbers with gaps as floats, and MLflow refuses those for `long`. */
function inputsOf({ inputs }: ModelSignature, golden: GoldenRows): { type: string; name: string; required: boolean }[] {
  return inputs.map((column) => ({ type: column.type === 'integer' && hasGaps(column, golden) ? 'double' : mlflowTypes[column.type], name: column.name, required: false }));
}

/** The last two golden rows are made up: nothing there, texts never seen. */
const hasGaps = ({ name }: Column, { inputs, rows }: GoldenRows): boolean => (inputs[name] ?? []).slice(0, Math.max(0, rows - 2)).includes(null);

const mlflowTypes: Readonly<Record<Column['type'], string>> = { boolean: 'boolean', integer: 'long', float: 'double', string: 'string', date: 'datetime', time: 'string', timestamp: 'datetime', binary: 'binary' };

function outputsOf({ task, target, classes }: ModelSignature): { type: string; name: string; required: boolean }[] {
  if (task === 'regression') return [{ type: 'double', name: 'prediction', required: true }];
  const type = target.type === 'integer' ? 'long' : target.type === 'boolean' ? 'boolean' : 'string';
  return [{ type, name: 'prediction', required: true }, ...(classes ?? []).map((cls) => ({ type: 'double', name: `probability_${cls}`, required: true }))];
}

const exampleCount = 3;

function exampleRows({ inputs }: ModelSignature, golden: GoldenRows): { columns: string[]; data: unknown[][] } {
  const rows = Array.from({ length: golden.rows }, (_unused, row) => inputs.map(({ name }) => golden.inputs[name]?.[row] ?? null));
  const whole = rows.filter((row) => !row.includes(null));
  return { columns: inputs.map(({ name }) => name), data: (whole.length > 0 ? whole : rows).slice(0, exampleCount) };
}
