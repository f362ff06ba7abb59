import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine } from '#app/engine/engine.ts';
import { emptyDocument } from '#app/pipeline/document.ts';

/** Trains and registers the model `bench` in a project, and writes it as a bundle beside. */
export async function run({ file, projectDir }: { readonly file: string; readonly projectDir: string }): Promise<{ record: Record<string, unknown> }> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const engine = await Engine.open({ projectDir, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist') });
  try {
    const document = emptyDocument('serve', 'Serve');
    const version = (of: string): number => engine.catalogue.get(of)?.definition.version ?? 1;
    document.nodes.push(
      { id: 'read', type: 'data/csv-reader', version: version('data/csv-reader'), params: { path: file } },
      { id: 'fit', type: 'train/logistic-regression', version: version('train/logistic-regression'), params: { target: 'bought' } },
      { id: 'register', type: 'deploy/register-model', version: version('deploy/register-model'), params: { name: 'bench' } },
    );
    document.edges.push({ id: 'a', from: { node: 'read', port: 'table' }, to: { node: 'fit', port: 'table' } }, { id: 'b', from: { node: 'fit', port: 'model' }, to: { node: 'register', port: 'model' } });
    const started = await engine.startRun({ document, path: null });
    if ((await started.finished) !== 'succeeded') throw new Error(JSON.stringify(engine.store.records.get(started.runId)?.nodes));
    await engine.bundleModel({ document, nodeId: 'fit', name: 'bench', target: path.join(projectDir, 'bundle') });
    const { relation } = await engine.data.table({ document, nodeId: 'read', port: 'table', filter: '' }, new AbortController().signal);
    const { schema, rows } = await engine.database.rows({ op: 'limit', input: relation, count: 1, offset: 0 });
    return { record: Object.fromEntries(schema.flatMap(({ name }, i) => (name === 'bought' ? [] : [[name, rows[0]?.[i] ?? null]]))) };
  } finally {
    await engine.close();
  }
}
