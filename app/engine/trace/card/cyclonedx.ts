import { randomUUID } from 'node:crypto';
import { algorithmText, caveats, ethics, said } from './markdown.ts';
import { limitsOf, purpose, risksOf } from './brief-parts.ts';
import type { ModelFacts } from './model-facts.ts';

/** What a bill of materials of a model names besides itself; licences as SPDX writes them. */
const runtime = [
  { ref: 'penstock', name: 'penstock', license: 'Apache-2.0', description: 'Made the model.' },
  { ref: 'onnx', name: 'onnx', license: 'Apache-2.0', description: 'Operators that the model file uses.' },
] as const;

/** A CycloneDX 1.6 bill of materials: the model with its card, the data it was trained on, what it needs to run. */
export function cycloneDx(facts: ModelFacts, options: { readonly now?: Date; readonly serial?: string } = {}): Record<string, unknown> {
  const { model, name } = facts;
  const { signature } = model;
  const version = facts.version === null ? facts.onnx.sha256.slice(0, 12) : String(facts.version);
  const ref = `model:${name}@${version}`;
  const dataRef = (index: number): string => `data:${index + 1}`;
  const datasets = facts.trainingData.map((one, index) => ({
    type: 'data',
    'bom-ref': dataRef(index),
    name: one.title,
    version: one.version,
    ...(one.sha256 === null ? {} : { hashes: [{ alg: 'SHA-256', content: one.sha256 }] }),
    data: [{ type: 'dataset', name: one.title, description: `Training data${one.rows === null ? '' : `, ${one.rows} rows`}`, contents: { url: encodeURI(one.dataset), properties: one.columns.map((column) => ({ name: `column:${column.name}`, value: column.type })) } }],
  }));
  const parts = runtime.map((part) => ({
    type: part.ref === 'penstock' ? 'application' : 'library',
    'bom-ref': part.ref,
    name: part.name,
    version: part.ref === 'penstock' ? facts.appVersion : (Object.entries(facts.onnx.opsets).map(([domain, opset]) => `${domain} opset ${opset}`).join(', ') || 'unknown'),
    description: part.description,
    licenses: [{ license: { id: part.license } }],
  }));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${options.serial ?? randomUUID()}`,
    version: 1,
    metadata: {
      timestamp: (options.now ?? new Date()).toISOString(),
      tools: { components: [{ type: 'application', name: 'penstock', version: facts.appVersion }] },
      component: {
        type: 'machine-learning-model',
        'bom-ref': ref,
        name,
        version,
        description: `Predicts ${said(model)} from ${signature.inputs.length} raw columns.`,
        hashes: [{ alg: 'SHA-256', content: facts.onnx.sha256 }],
        modelCard: modelCard(facts, datasets.map((_, index) => dataRef(index))),
        properties: properties(facts),
      },
    },
    components: [...datasets, ...parts],
    dependencies: [{ ref, dependsOn: [...datasets.map((one) => one['bom-ref']), ...parts.map((one) => one['bom-ref'])] }],
  };
}

function modelCard(facts: ModelFacts, datasets: readonly string[]): Record<string, unknown> {
  const { model } = facts;
  const { signature } = model;
  const risks = [...(facts.ethics ? [{ name: facts.ethics, answer: '' }] : []), ...risksOf(facts.brief)];
  const metric = (type: string, value: number, slice: string, interval: readonly [number, number] | null): Record<string, unknown> => ({
    type,
    value: String(value),
    slice,
    ...(interval === null ? {} : { confidenceInterval: { lowerBound: String(interval[0]), upperBound: String(interval[1]) } }),
  });
  return {
    modelParameters: {
      approach: { type: 'supervised' },
      task: signature.task,
      architectureFamily: algorithmText(model.algorithm),
      modelArchitecture: model.algorithm,
      datasets: datasets.map((ref) => ({ ref })),
      inputs: signature.inputs.map(({ name, type }) => ({ format: `${name}: ${type}` })),
      outputs: [{ format: signature.classes === undefined ? `${signature.target.name}: number` : `${signature.target.name}: one of ${signature.classes.join(', ')}` }],
    },
    quantitativeAnalysis: {
      performanceMetrics: [
        ...Object.entries(model.metrics).map(([name, value]) => metric(name, value, 'while training', null)),
        ...facts.evaluations.flatMap(({ title, metrics }) => metrics.map((one) => metric(one.name, one.value, title, one.interval))),
      ],
    },
    considerations: {
      useCases: [...(purpose(facts.brief) === '' ? [] : [purpose(facts.brief)]), `Predicting ${said(model)} for records like those it was trained on.`],
      technicalLimitations: [...limitsOf(facts.brief), ...caveats],
      ethicalConsiderations: risks.length === 0 ? [{ name: ethics }] : risks.map(({ name, answer }) => ({ name, ...(answer === '' ? {} : { mitigationStrategy: answer }) })),
    },
  };
}

function properties(facts: ModelFacts): { name: string; value: string }[] {
  const given: readonly (readonly [string, string | null | undefined])[] = [
    ['stage', facts.stage],
    ['aliases', facts.aliases.join(', ')],
    ['source', facts.source],
    ['pipeline', facts.pipeline?.title],
    ['pipeline.path', facts.pipeline?.path],
    ['pipeline.hash', facts.pipeline?.hash],
    ['run', facts.run?.id],
    ['node', facts.nodeId],
    ['rows', String(facts.model.rows)],
    ...Object.entries(facts.model.params).map(([name, value]): [string, string] => [`parameter.${name}`, typeof value === 'string' ? value : JSON.stringify(value)]),
    ...facts.approvals.map((one): [string, string] => [`approval.${one.actor}`, `${one.verdict} ${new Date(one.at).toISOString()}`]),
  ];
  return given.flatMap(([name, value]) => (value == null || value === '' ? [] : [{ name: `penstock:${name}`, value }]));
}
