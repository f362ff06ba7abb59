import { runForecast } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  run(context) {
    const { time, value, series, covariates, seed, lookback, channels, layers, epochs, learningRate, backend, ...options } = context.params;
    return runForecast(context, { time, value, series, covariates, options: { ...options, seed: seed ?? context.seed, network: { lookback, channels, layers, epochs, learningRate, backend } } });
  },
};
