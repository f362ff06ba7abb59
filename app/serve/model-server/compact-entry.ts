import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openDatabase } from '#app/data/index.ts';
import { listSegments, logSchema, readLogColumns } from '#app/store/index.ts';

/** `node compact.js FOLDER`: makes Parquet of the closed segments of a request log. Killed at any moment, it loses and doubles nothing. */
const [folder = ''] = process.argv.slice(2);

async function compact(): Promise<void> {
  const columns = await readLogColumns(folder);
  const lines = (await listSegments(folder)).filter(({ format, isOpen }) => format === 'ndjson' && !isOpen);
  if (columns === null || lines.length === 0) return;
  const tempDir = await mkdtemp(path.join(os.tmpdir(), 'penstock-requests-'));
  const database = await openDatabase({ tempDir, memoryLimit: '256MB', threads: 1 });
  try {
    for (const { file } of lines) {
      // Whole or not at all; from then on the lines do not count, so that a kill before they are gone doubles nothing.
      await database.formats.readRequestLines(file, logSchema(columns), file.replace(/\.ndjson$/, '.parquet'), {});
      await rm(file, { force: true });
    }
  } finally {
    await database.close();
    await rm(tempDir, { recursive: true, force: true });
  }
}

compact().catch((error: unknown) => {
  process.stderr.write(`The request log in ${folder} could not be put together: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
