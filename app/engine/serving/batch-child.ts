import { readKeyFile } from '#app/sealing/key-file.ts';
import { unlockWith } from '#app/sealing/unlock.ts';
import { fixtureDocument, openTestEngine } from '../testing.ts';

export const partRows = 1000;
export const rows = 60_000;

/** A scoring of many parts in a project: what `batch-resume.test.ts` kills, and runs again. @param keyFile of an encrypted project @returns the predictions, and what the report says */
export async function scoredRows(project: string, keyFile?: string): Promise<{ predictions: number[]; report: string }> {
  if (keyFile !== undefined) await unlockWith(project, { fileContent: await readKeyFile(keyFile) });
  const opened = await openTestEngine({ projectDir: project });
  try {
    const document = fixtureDocument(
      {
        nodes: [
          { id: 'rows', type: 'data/synthetic-data', params: { rows, seed: 3, preset: 'regression', features: 4, informative: 3, noise: 1 } },
          { id: 'few', type: 'data/synthetic-data', params: { rows: 500, seed: 3, preset: 'regression', features: 4, informative: 3, noise: 1 } },
          { id: 'fit', type: 'train/linear-regression', params: { target: 'y' } },
          { id: 'score', type: 'deploy/batch-score', params: { partRows } },
        ],
        edges: [['few.table', 'fit.table'], ['rows.table', 'score.table'], ['fit.model', 'score.model']],
      },
      opened.engine.catalogue,
    );
    const { status } = await opened.run(document);
    if (status !== 'succeeded') throw new Error('the scoring failed');
    const table = await opened.table(document, 'score', 'table');
    return { predictions: table.rows.map((row) => Number(row.at(-1))), report: JSON.stringify(await opened.value(document, 'score', 'report')) };
  } finally {
    await opened.close();
  }
}

export const run = ({ project, keyFile }: { readonly project: string; readonly keyFile?: string }): Promise<unknown> => scoredRows(project, keyFile);
