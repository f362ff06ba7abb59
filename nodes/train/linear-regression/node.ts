import { z } from 'zod';
import { formatNumber } from '#app/core/units.ts';
import { defineNode } from '#app/sdk/node.ts';
import { configureTrainer, describeTrainer, featuresParam, suggestTarget, targetParam, trainerInputs, trainerOutputs, type TrainerSpec } from '#app/sdk/trainer.ts';

export const paramsSchema = z.object({
  target: targetParam(['integer', 'float']),
  features: featuresParam,
  penalty: z
    .enum(['none', 'ridge', 'lasso', 'elastic-net'])
    .default('none')
    .meta({
      title: 'Penalty',
      description: 'Ridge steadies coefficients of features that resemble each other; lasso leaves features out; elastic net does both.',
      labels: { none: 'None: plain least squares', ridge: 'Ridge (L2)', lasso: 'Lasso (L1)', 'elastic-net': 'Elastic net (L1 and L2)' },
    }),
  choose: z
    .enum(['by-hand', 'cross-validation'])
    .default('by-hand')
    .meta({
      title: 'Strength',
      description: 'Cross-validation tries strengths from strong to weak and keeps the one with the least error on rows held out.',
      labels: { 'by-hand': 'Set by hand', 'cross-validation': 'Chosen by cross-validation' },
      visibleWhen: { param: 'penalty', in: ['ridge', 'lasso', 'elastic-net'] },
    }),
  alpha: z
    .number()
    .min(0)
    .default(1)
    .meta({ title: 'Alpha', description: 'How strong the penalty is, as scikit-learn’s alpha; 0 is none. Not used where cross-validation chooses.', control: 'number', min: 0, step: 0.1, visibleWhen: { param: 'choose', in: ['by-hand'] } }),
  l1Ratio: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .meta({ title: 'L1 ratio', description: 'Elastic net: 1 is lasso, 0 ridge. Cross-validation chooses it, too.', control: 'slider', min: 0, max: 1, step: 0.05, visibleWhen: { param: 'penalty', in: ['elastic-net'] } }),
  folds: z.int().min(2).max(20).default(5).meta({ title: 'Folds', description: 'Parts that the rows are divided into, in turns; each is held out once.', control: 'number', min: 2, max: 20, visibleWhen: { param: 'choose', in: ['cross-validation'] } }),
  positive: z.boolean().default(false).meta({ title: 'Only positive coefficients', description: 'No feature may lower the prediction; those that would get 0.', control: 'switch', advanced: true }),
  maxIterations: z.int().min(1).max(1_000_000).default(10_000).meta({ title: 'Most passes', description: 'Passes of coordinate descent (lasso, elastic net, positive coefficients).', control: 'number', min: 1, max: 1_000_000, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export function trainerSpec({ target: _target, features: _features, ...params }: Params): TrainerSpec {
  return { algorithm: 'linear-regression', task: 'regression', params };
}


export const definition = defineNode({
  type: 'train/linear-regression',
  version: 2,
  title: 'Linear / Ridge / Lasso / Elastic Net',
  summary: 'Predicts a number as a weighted sum of the features, by least squares, plain or with a penalty set by hand or by cross-validation.',
  keywords: ['linear regression', 'regression', 'least squares', 'ols', 'ridge', 'lasso', 'elastic net', 'elasticnet', 'glmnet', 'regularisation', 'nnls', 'linear model', 'number', 'coefficients'],
  inputs: trainerInputs,
  outputs: trainerOutputs,
  params: paramsSchema,
  describe: (params, say) => {
    const line = describeTrainer(params, say);
    if (params.target === '' || params.penalty === 'none') return line;
    return `${line} · ${{ ridge: say`ridge`, lasso: say`lasso`, 'elastic-net': say`elastic net` }[params.penalty]}${params.choose === 'by-hand' ? ` ${formatNumber(params.alpha)}` : ''}`.slice(0, 60);
  },
  configure: (context) => configureTrainer(context, trainerSpec(context.params)),
  /** Version 1 had one number, `l2`: the alpha of ridge, 0 for none. */
  migrate: {
    1: ({ l2, ...rest }) => ({ ...rest, ...(typeof l2 === 'number' && l2 > 0 ? { penalty: 'ridge', alpha: l2 } : {}) }),
  },
  suggest: (context) => suggestTarget(context, 'regression'),
});
