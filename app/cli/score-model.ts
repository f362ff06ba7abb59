import path from 'node:path';
import { formatBytes, formatCount } from '#app/core/units.ts';
import { batchScore, datasetOfFile } from '#app/engine/index.ts';
import { withOpenProject } from './open-project.ts';
import { exitCodes, printJson, type Terminal } from './terminal.ts';

export interface ScoreModelOptions {
  readonly project?: string;
  readonly input: readonly string[];
  readonly output: string;
  readonly keep?: string;
  readonly partRows: number;
  readonly json?: boolean;
}

/** `penstock model score`. Ended by Ctrl+C or killed, the same command goes on at the last whole part. */
export function scoreModel(reference: string, options: ScoreModelOptions, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'read', async (engine) => {
    engine.trust.assert('Registered models of this project are not run');
    const { name, version, value } = engine.store.models.resolve(reference);
    const controller = new AbortController();
    const stop = (): void => controller.abort();
    process.once('SIGINT', stop);
    let last = '';
    try {
      const scored = await batchScore({
        database: engine.database,
        model: value,
        modelFile: engine.store.artifacts.path(value.onnx),
        inputs: options.input,
        output: path.resolve(options.output),
        keep: options.keep === undefined ? null : options.keep.split(',').map((column) => column.trim()),
        partRows: options.partRows,
        signal: controller.signal,
        progress(fraction, message) {
          const line = fraction === null ? message : `${message}: ${Math.floor(fraction * 100)} %`;
          if (line === last || !terminal.isTty) return;
          last = line;
          terminal.error(`\r\u001b[K${line}`);
        },
      });
      if (terminal.isTty) terminal.error('\r\u001b[K');
      const output = path.resolve(options.output);
      engine.audit({ action: 'model.scored', subject: `model:${name}@${version}`, details: { dataset: datasetOfFile(output, engine.filesDir), rows: scored.rows, inputs: options.input.map((file) => datasetOfFile(path.resolve(file), engine.filesDir)) } });
      if (options.json === true) printJson(terminal, { model: name, version, output, ...scored });
      else terminal.error(`${options.output}: ${formatCount(scored.rows)} rows by ${name}@${version}, ${formatBytes(scored.bytes)}${scored.resumed === 0 ? '' : `; ${formatCount(scored.resumed)} of ${formatCount(scored.parts)} parts were there already`}\n`);
      return exitCodes.ok;
    } finally {
      process.off('SIGINT', stop);
    }
  });
}
