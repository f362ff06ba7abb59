import { writeFileSync } from 'node:fs';
import { closeSession, openSession, runSession } from '../onnx/session.ts';
import type { SessionOpenPayload, SessionRunPayload } from '../onnx/session-types.ts';
import { type ReplyMessage, toErrorRecord } from '../worker/messages.ts';

/** The process of models from elsewhere: answers calls of its parent one after another and ends with it. Cancelled by being killed. */

export type ForeignCall = { readonly id: number } & ({ readonly task: 'open'; readonly payload: SessionOpenPayload } | { readonly task: 'run'; readonly payload: SessionRunPayload } | { readonly task: 'close'; readonly payload: { readonly session: number } });

// Where memory runs out before the parent looks, this process goes, not the engine.
if (process.platform === 'linux') {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Some containers do not allow it.
  }
}

async function answer(call: ForeignCall): Promise<void> {
  let reply: ReplyMessage;
  try {
    const { result } = await (call.task === 'open' ? openSession(call.payload) : call.task === 'run' ? runSession(call.payload) : closeSession(call.payload));
    reply = { id: call.id, kind: 'result', result };
  } catch (error) {
    reply = { id: call.id, kind: 'error', error: toErrorRecord(error) };
  }
  process.send?.(reply);
}

let last: Promise<void> = Promise.resolve();
process.on('message', (call: ForeignCall) => {
  last = last.then(() => answer(call));
});
process.on('disconnect', () => process.exit(0));
