import { parentPort } from 'node:worker_threads';
import { type AnyHandler, answerCalls } from './answer-calls.ts';
import { handlers } from './handlers.ts';

if (parentPort === null) throw new Error('worker-entry is started as a worker thread');
answerCalls(parentPort, handlers as unknown as Record<string, AnyHandler>);
