import type { MessagePort } from 'node:worker_threads';
import { CancelledError } from '#app/core/errors.ts';
import { knowMemories } from '#app/core/shared-table.ts';
import { doneWith } from './collect.ts';
import { type CallMessage, type ReplyMessage, toErrorRecord } from './messages.ts';
import type { TaskAnswer, TaskHooks } from './tasks.ts';

function hooksFor(id: number, cancel: Int32Array, post: (reply: ReplyMessage) => void): TaskHooks<unknown> {
  const cancelled = (): boolean => Atomics.load(cancel, 0) !== 0;
  return {
    cancelled,
    check: () => {
      if (cancelled()) throw new CancelledError();
    },
    progress: (fraction, message) => post({ id, kind: 'progress', fraction, ...(message === undefined ? {} : { message }) }),
    send: (message) => post({ id, kind: 'message', message }),
  };
}

/** Handlers are typed by task; what arrives was typed at the sending side by the same map. */
export type AnyHandler = (payload: unknown, hooks: TaskHooks<unknown>) => TaskAnswer<unknown> | Promise<TaskAnswer<unknown>>;

async function answer(call: CallMessage, handlers: Readonly<Record<string, AnyHandler>>, port: MessagePort): Promise<void> {
  const post = (reply: ReplyMessage, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(reply, [...transfer]);
  const hooks = hooksFor(call.id, new Int32Array(call.cancel), post);
  try {
    hooks.check();
    knowMemories(call.payload, call.memories);
    const handler = handlers[call.task];
    if (handler === undefined) throw new Error(`There is no task '${call.task}'.`);
    const { result, transfer } = await handler(call.payload, hooks);
    post({ id: call.id, kind: 'result', result }, transfer);
  } catch (error) {
    post({ id: call.id, kind: 'error', error: toErrorRecord(error) });
  }
  doneWith(Object.values(call.memories).reduce((sum, { buffer }) => sum + buffer.byteLength, 0));
}

/** The worker side of `TaskWorker`: answers calls one after another, for as long as the thread lives. */
export function answerCalls(port: MessagePort, handlers: Readonly<Record<string, AnyHandler>>): void {
  let last = Promise.resolve();
  port.on('message', (call: CallMessage) => {
    last = last.then(() => answer(call, handlers, port));
  });
}
