import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

const never = new AbortController().signal;

/** Models to and from an MLflow server. */
export function mlflowProcedures(os: Implementer, engine: Engine) {
  const { mlflow } = engine.registry;
  return {
    server: os.registry.mlflow.server.handler(() => mlflow.server()),
    setServer: os.registry.mlflow.setServer.handler(async ({ input }) => {
      await mlflow.setServer(input.server, input.password);
      return {};
    }),
    test: os.registry.mlflow.test.handler(({ signal = never }) => mlflow.test(signal)),
    models: os.registry.mlflow.models.handler(({ signal = never }) => mlflow.models(signal)),
    push: os.registry.mlflow.push.handler(({ input, signal = never }) => mlflow.push(input, signal)),
    pull: os.registry.mlflow.pull.handler(({ input, signal = never }) => mlflow.pull(input, signal)),
  };
}
