import type { Engine } from '../engine.ts';
import { importOnnx, inspectOnnx } from '../registry/import-onnx.ts';
import { comparison, goldenTable, listModels, metricOf, versionDetail, versionSummary } from '../registry/overview.ts';
import { mlflowProcedures } from './mlflow.ts';
import { onWire } from '../wire.ts';
import type { Implementer } from './implementer.ts';

const never = new AbortController().signal;

/** The model registry. */
export function registryProcedures(os: Implementer, engine: Engine) {
  const { registry, store } = engine;
  const { models } = store;
  const one = ({ name, version }: { readonly name: string; readonly version: number }) => models.resolve(`${name}@${version}`);
  return {
    list: os.registry.list.handler(({ input }) => listModels(engine, input.query)),
    versions: os.registry.versions.handler(({ input }) => {
      const versions = models.versions(input.name);
      const [newest] = versions.length === 0 ? [models.resolve(input.name)] : versions;
      return { target: newest?.value.signature.target.name ?? '', versions: versions.map((version) => versionSummary(engine, version)), metric: metricOf(versions) };
    }),
    version: os.registry.version.handler(({ input }) => versionDetail(engine, one(input))),
    golden: os.registry.golden.handler(({ input }) => goldenTable(engine, one(input), input.limit)),
    compare: os.registry.compare.handler(({ input }) => {
      const { versions, compared } = comparison(engine, input.versions);
      return { versions, ...structuredClone(compared) } as never;
    }),
    setStage: os.registry.setStage.handler(({ input }) => ({ ...registry.setStage(input.name, input.version, input.stage, input) }) as never),
    rollBack: os.registry.rollBack.handler(({ input }) => ({ ...registry.rollBack(input.name, input) }) as never),
    setAlias: os.registry.setAlias.handler(({ input }) => ({ before: registry.setAlias(input.name, input.alias, input.version) })),
    removeAlias: os.registry.removeAlias.handler(({ input }) => {
      registry.removeAlias(input.name, input.alias);
      return {};
    }),
    approve: os.registry.approve.handler(({ input }) => {
      registry.approve(input.name, input.version, input.verdict, input.note);
      return {};
    }),
    setNote: os.registry.setNote.handler(({ input }) => {
      registry.setNote(input.name, input.version, input.note);
      return {};
    }),
    remove: os.registry.remove.handler(({ input }) => {
      registry.remove(input.name, input.version, input);
      return {};
    }),
    rules: os.registry.rules.handler(() => ({ ...registry.rules })),
    setRules: os.registry.setRules.handler(({ input }) => {
      registry.setRules(input);
      return {};
    }),
    inspect: os.registry.inspect.handler(({ input, signal = never }) => inspectOnnx(engine, input.path, signal)),
    import: os.registry.import.handler(async ({ input, signal = never }) => {
      const { warnings, ...made } = await importOnnx(engine, input, signal);
      return { ...made, warnings: warnings.map(onWire) };
    }),
    mlflow: mlflowProcedures(os, engine),
  };
}
