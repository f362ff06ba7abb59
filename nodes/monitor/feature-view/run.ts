import { PenstockError } from '#app/core/errors.ts';
import { col, named, project } from '#app/relation/build.ts';
import { featureTable, type FeatureTestResult, type PublishedView, type ViewDefinition } from '#app/sdk/features.ts';
import { codeSpan } from '#app/sdk/deployment.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { PortValue, Report, TableValue } from '#app/sdk/ports.ts';
import { runTests } from './tests.ts';
import { storedColumns, testsOf, viewOf, type Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  // What is fresh today need not be tomorrow, and the store may have been tidied: a view is published in every run.
  effect: true,
  readsOnce: true,
  async run({ inputs, params, tables, features, report, metric, progress }) {
    const given = inputs['table']?.[0];
    const view = given?.kind === 'table' ? viewOf(params, given.schema) : null;
    if (given?.kind !== 'table' || view === null) throw new PenstockError('input-missing', 'There is no table with the key and time columns.', { remedy: 'Connect a table, and choose its columns.', place: { port: 'table' } });
    progress(null, 'Keeping the rows');
    const kept = await tables.materialise(project(given.relation, storedColumns(view).map(({ name }) => named(name, col(name)))), params.name);
    const tests = testsOf(params);
    progress(null, 'Testing');
    const results = await runTests(tests, view, kept.relation, tables, Date.now());
    const about = { owner: params.owner, description: params.description, notes: Object.fromEntries(params.notes.filter(({ feature, text }) => feature !== '' && text !== '').map(({ feature, text }) => [feature, text])), tests };
    const published = await features.publish({ view: params.name, definition: view, about, table: kept.relation, results, online: params.online });
    metric('rows', published.rows);
    metric('entities', published.entities);
    if (published.status === 'current') return { table: ofView(kept, params.name, published.version, view), report: reportOf(params.name, view, published, results) };
    const failed = results.filter(({ passed }) => !passed);
    const message = `The rows of “${params.name}” are kept back, because ${failed.length === 1 ? 'a test' : `${failed.length} tests`} failed: ${failed.map((one) => one.message).join(' ')}`;
    if (params.whenFailing === 'stop' || published.table === null) {
      throw new PenstockError('feature-tests', message, { remedy: published.table === null ? 'There are no good rows from before. Mend the data, or the test.' : 'The last good rows stay in use. Mend the data, or the test.', place: { param: ['tests', results.findIndex(({ passed }) => !passed)] } });
    }
    report({ severity: 'warning', code: 'feature-tests', message, remedy: 'The last good rows go on from here. Mend the data, or the test.', place: { param: ['tests', results.findIndex(({ passed }) => !passed)] } });
    return { table: published.table, report: reportOf(params.name, view, published, results) };
  },
};

function ofView(table: TableValue, name: string, version: number, view: ViewDefinition): TableValue {
  const { relation } = table;
  return relation.op === 'scan' ? { ...table, relation: { ...relation, features: featureTable(name, version, view) } } : table;
}

function reportOf(name: string, view: ViewDefinition, published: PublishedView, results: readonly FeatureTestResult[]): PortValue {
  const { version, isNewVersion, status, rows, entities, first, last } = published;
  const said = status === 'held' ? '**kept back**: the last good rows stay in use' : isNewVersion ? '**a new version**, as the definition is new' : 'the definition is as before';
  const report: Report = {
    title: `${name}, version ${version}`,
    blocks: [
      { type: 'text', markdown: `${codeSpan(name)}, version ${version}: ${said}.\n\nKey: ${view.keys.map((key) => codeSpan(key.name)).join(', ')}. Event time: ${codeSpan(view.time)}${first === null ? '' : `, from ${first.slice(0, 16)} to ${(last ?? '').slice(0, 16)}`}.` },
      {
        type: 'metrics',
        metrics: [
          { name: 'rows', value: rows, format: 'count' },
          { name: 'entities', value: entities, format: 'count', help: 'Different keys.' },
          { name: 'features', value: view.features.length, format: 'count' },
          ...(results.length === 0 ? [] : [{ name: 'tests passed', value: results.filter(({ passed }) => passed).length / results.length, format: 'percent' as const }]),
        ],
      },
      ...(results.length === 0
        ? []
        : [
            {
              type: 'table' as const,
              title: 'Tests',
              columns: [
                { name: 'Passed', type: 'boolean' as const },
                { name: 'Result', type: 'string' as const },
              ],
              rows: results.map(({ passed, message }) => [passed, message]),
            },
          ]),
      {
        type: 'table',
        title: 'Features',
        columns: [
          { name: 'Feature', type: 'string' },
          { name: 'Type', type: 'string' },
        ],
        rows: view.features.map((feature) => [feature.name, feature.type]),
      },
    ],
  };
  return { kind: 'report', report };
}
