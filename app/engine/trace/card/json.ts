import { algorithmText, caveats, ethics, said } from './markdown.ts';
import { judgedEvaluations, limitsOf, purpose, risksOf } from './brief-parts.ts';
import type { ModelFacts } from './model-facts.ts';

/** The card as JSON, with the fields of Google's Model Card Toolkit (schema 0.0.2). */
export function cardJson(facts: ModelFacts): unknown {
  const { model } = facts;
  const risks = [...(facts.ethics ? [{ name: facts.ethics, answer: '' }] : []), ...risksOf(facts.brief)];
  const graphs = facts.trainingData.map((one) => ({
    name: one.title,
    description: [one.rows === null ? null : `${one.rows} rows`, one.sha256 === null ? `state ${one.version}` : `SHA-256 ${one.sha256}`].filter((part) => part !== null).join(', '),
    link: one.dataset,
    fields: one.columns,
  }));
  return {
    schema_version: '0.0.2',
    model_details: {
      name: facts.name,
      overview: `Predicts ${said(model)} from ${model.signature.inputs.length} raw columns.`,
      documentation: facts.note,
      version: { name: facts.version === null ? 'not registered' : String(facts.version), date: facts.createdAt.toISOString().slice(0, 10), diff: '' },
      stage: facts.stage,
      aliases: facts.aliases,
      path: facts.pipeline?.path ?? null,
    },
    model_parameters: {
      model_architecture: algorithmText(model.algorithm),
      parameters: model.params,
      data: graphs,
      input_format: JSON.stringify(model.signature.inputs),
      input_format_map: model.signature.inputs.map(({ name, type }) => ({ key: name, value: type })),
      output_format: model.signature.task,
      output_format_map: (model.signature.classes ?? []).map((cls, index) => ({ key: String(index), value: cls })),
    },
    quantitative_analysis: {
      performance_metrics: [
        ...Object.entries(model.metrics).map(([type, value]) => ({ type, value: String(value), slice: 'while training' })),
        ...facts.evaluations.flatMap(({ title, metrics }) =>
          metrics.map((one) => ({ type: one.name, value: String(one.value), slice: title, ...(one.interval === null ? {} : { confidence_interval: { lower_bound: String(one.interval[0]), upper_bound: String(one.interval[1]) } }) })),
        ),
      ],
    },
    considerations: {
      users: facts.brief.people.filter(({ name }) => name !== '').map(({ name, role }) => ({ description: `${name}, ${role}` })),
      use_cases: [...(purpose(facts.brief) === '' ? [] : [{ description: purpose(facts.brief) }]), { description: `Predicting ${said(model)} for records like those it was trained on.` }],
      limitations: [...limitsOf(facts.brief), ...caveats].map((description) => ({ description })),
      tradeoffs: [],
      ethical_considerations: risks.length === 0 ? [{ name: ethics, mitigation_strategy: '' }] : risks.map(({ name, answer }) => ({ name, mitigation_strategy: answer })),
    },
    evaluation_data: facts.evaluations.map(({ title, rows, data }) => ({ name: title, rows, data })),
    targets: judgedEvaluations(facts.brief, facts.evaluations).map(({ metric, value, target, met, evaluation }) => ({ metric, value, target, met, evaluation })),
    approvals: facts.approvals.map(({ actor, verdict, note, at }) => ({ actor, verdict, note, at: new Date(at).toISOString() })),
    provenance: { onnx: facts.onnx, penstock: facts.appVersion, run: facts.run?.id ?? null, node: facts.nodeId, pipeline: facts.pipeline, lineage: facts.lineage },
  };
}
