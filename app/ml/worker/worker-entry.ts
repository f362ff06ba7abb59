import { parentPort } from 'node:worker_threads';
import { type AnyHandler, answerCalls } from './answer-calls.ts';
import { handlers } from './handlers.ts';
import { answerProbe, probeVariable } from './probe.ts';

const provider = process.env[probeVariable];
if (parentPort !== null) answerCalls(parentPort, handlers as unknown as Record<string, AnyHandler>);
else if (provider !== undefined) await answerProbe(provider);
else throw new Error('worker-entry is started as a worker thread, or as a probe');
