import { runDataDrift } from '#app/ml/index.ts';
import { modelFingerprint } from '#app/sdk/drift.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  fingerprint: async ({ model }) => modelFingerprint(model),
  run: runDataDrift,
};
