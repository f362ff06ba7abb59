import { fixtureDocument, openTestEngine } from '../testing.ts';

/** A training of many seconds in a project: what `checkpoints.test.ts` kills, and runs again. @returns the model file */
export async function predictorBytes(project: string, said: (message: string) => void): Promise<Uint8Array> {
  const opened = await openTestEngine({ projectDir: project });
  try {
    const document = fixtureDocument(
      {
        nodes: [
          { id: 'rows', type: 'data/synthetic-data', params: { rows: 30_000, seed: 3, preset: 'regression', features: 8, informative: 5, noise: 1 } },
          { id: 'fit', type: 'train/gradient-boosting', params: { target: 'y', task: 'regression', iterations: 1200, learningRate: 0.02, earlyStopping: false } },
        ],
        edges: [['rows.table', 'fit.table']],
      },
      opened.engine.catalogue,
    );
    const started = await opened.engine.startRun({ document, path: null });
    for await (const event of started.log.stream()) if (event.type === 'progress' && event.message !== undefined) said(event.message);
    if ((await started.finished) !== 'succeeded') throw new Error('the training failed');
    const value = await opened.value(document, 'fit', 'model');
    if (value?.kind !== 'model') throw new Error('there is no model');
    return await opened.engine.store.artifacts.read(value.onnx);
  } finally {
    await opened.close();
  }
}

export const run = ({ project }: { readonly project: string }): Promise<Uint8Array> => predictorBytes(project, () => {});
