import { parentPort } from 'node:worker_threads';
import { PenstockError } from '#app/core/errors.ts';
import { answerCalls } from './answer-calls.ts';
import { openNativeSession, tensor } from './ort.ts';

/** Tasks that behave badly, for the tests of TaskWorker. */
const { dlopen } = process;
if (parentPort === null) throw new Error('worker-fixture is started as a worker thread');
answerCalls(parentPort, {
  'session-open': (_, hooks) => {
    hooks.progress(0.5, 'half');
    hooks.send('hello');
    return { result: 'done' };
  },
  // Waits for its cancel, as a good task does.
  train: (_, hooks) => {
    hooks.progress(null);
    for (;;) hooks.check();
  },
  'session-run': async (payload, hooks) => {
    switch (payload) {
      case 'penstock-error':
        throw new PenstockError('made', 'A sentence.', { remedy: 'Do this.', place: { column: 'x' } });
      case 'type-error':
        throw new TypeError('first line\nsecond line');
      case 'memory':
        return { result: new Float64Array(2 ** 52) };
      case 'deaf':
        hooks.progress(0);
        for (;;);
      case 'loads':
        process.dlopen = (...given: Parameters<typeof dlopen>) => {
          hooks.progress(0);
          const end = Date.now() + 500;
          while (Date.now() < end);
          dlopen.apply(process, given);
        };
        return { result: tensor('float32', new Float32Array(1), [1]).size };
      case 'exit':
        return process.exit(3);
      default: {
        // Deaf, and inside onnxruntime nearly all the time.
        const session = await openNativeSession(payload as Uint8Array, 'scoring');
        const x = tensor('float32', new Float32Array(700 * 700), [700, 700]);
        hooks.progress(0);
        for (;;) await session.run({ x });
      }
    }
  },
});
