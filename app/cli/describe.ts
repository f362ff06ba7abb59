import { writeFile } from 'node:fs/promises';
import { PenstockError } from '#app/core/errors.ts';
import { describeDocument } from '#app/engine/index.ts';
import { descriptionMarkdown, descriptionText } from '#app/pipeline/description/index.ts';
import { readPipeline } from './document.ts';
import { withLookingEngine } from './inspect.ts';
import { exitCodes, printJson, type Terminal } from './terminal.ts';

export interface DescribeOptions {
  readonly markdown?: boolean;
  readonly out?: string;
  readonly project?: string;
  readonly json?: boolean;
}

/** `penstock describe FILE`: the pipeline in words, with rows and scores of its latest run in the project. Nothing runs. */
export async function describeCommand(file: string, options: DescribeOptions, terminal: Terminal): Promise<number> {
  const document = await readPipeline(file);
  return withLookingEngine(file, options.project, async (engine) => {
    const description = await describeDocument(engine, document, new AbortController().signal);
    if (options.out !== undefined) await write(options.out, descriptionMarkdown(description));
    if (options.json === true) printJson(terminal, description);
    else if (options.out !== undefined) terminal.out(`Wrote ${options.out}.\n`);
    else terminal.out(options.markdown === true ? descriptionMarkdown(description) : descriptionText(description));
    return exitCodes.ok;
  });
}

async function write(file: string, content: string): Promise<void> {
  await writeFile(file, content).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    throw new PenstockError('output-folder-missing', `The folder of ${file} does not exist.`, { remedy: 'Make it, or write somewhere else.', place: { file } });
  });
}
