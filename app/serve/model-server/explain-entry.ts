import { parentPort, workerData } from 'node:worker_threads';
import { toDiagnostic } from '#app/core/errors.ts';
import { openExplainer } from '#app/ml/understanding/explain-records.ts';
import { closeIdleWorkers } from '#app/ml/worker/run-task.ts';
import type { ExplainCall, ExplainReply, ExplainStart } from './explain-thread.ts';

/** The thread that explains one model. */
const port = parentPort;
const { file, signature, golden } = workerData as ExplainStart;
const opened = openExplainer(file, signature, golden);
opened.catch(() => undefined);
let turn: Promise<unknown> = Promise.resolve();

async function answer({ id, columns, rows, cls, ms }: ExplainCall): Promise<void> {
  let reply: ExplainReply;
  try {
    const { method, scale, outputs, samples, columns: names } = await (await opened).explain(columns, rows, cls, ms);
    const chosen = outputs[cls];
    if (chosen === null || chosen === undefined) throw new Error('the class was not explained');
    const width = names.length;
    const records = Array.from({ length: rows }, (_unused, row) => ({
      values: Array.from(chosen.values.subarray(row * width, (row + 1) * width)),
      errors: chosen.errors === null ? null : Array.from(chosen.errors.subarray(row * width, (row + 1) * width), (error) => (Number.isFinite(error) ? error : null)),
      output: chosen.outputs[row] ?? Number.NaN,
    }));
    reply = { id, ok: true, explained: { method, scale, base: chosen.base, records, samples: samples === null ? null : { asked: samples.asked, least: samples.least } } };
  } catch (error) {
    const { code, message, remedy } = toDiagnostic(error);
    reply = { id, ok: false, error: { code, message, remedy } };
  }
  port?.postMessage(reply);
}

port?.on('message', (call: ExplainCall | null) => {
  turn = turn.then(async () => {
    if (call !== null) return answer(call);
    await (await opened.catch(() => null))?.close();
    closeIdleWorkers();
    port.close();
  });
});
