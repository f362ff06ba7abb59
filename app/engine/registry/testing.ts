import type { ModelStage, ModelVersionRecord, VersionFacts } from '#app/store/index.ts';
import type { Schema } from '#app/relation/types.ts';

/** A version for tests, as the store gives them. */
export function testVersion(about: {
  readonly name?: string;
  readonly version?: number;
  readonly stage?: ModelStage;
  readonly note?: string;
  readonly aliases?: readonly string[];
  readonly metrics?: Readonly<Record<string, number>>;
  readonly evaluated?: Record<string, number>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly inputs?: Schema;
  readonly facts?: VersionFacts;
}): ModelVersionRecord {
  const inputs = about.inputs ?? [{ name: 'age', type: 'integer' }, { name: 'plan', type: 'string' }];
  return {
    name: about.name ?? 'churn',
    version: about.version ?? 1,
    createdAt: 1,
    value: {
      kind: 'model',
      onnx: String(about.version ?? 1).padStart(64, 'a'),
      golden: 'b'.repeat(64),
      signature: { task: 'classification', target: { name: 'churned', type: 'boolean' }, inputs, classes: ['false', 'true'], features: inputs.map(({ name }) => name) },
      algorithm: 'logistic-regression',
      params: about.params ?? { l2: 0.1 },
      metrics: about.metrics ?? { validationLoss: 0.4 },
      rows: 100,
    },
    runId: null,
    nodeId: null,
    pipelineTitle: null,
    note: about.note ?? '',
    stage: about.stage ?? 'candidate',
    aliases: about.aliases ?? [],
    facts: { actor: 'user:ann', ...(about.evaluated === undefined ? {} : { evaluated: about.evaluated }), ...about.facts },
  };
}
