import { parentPort, workerData } from 'node:worker_threads';
import { scanRange, type RangeTask } from './scan-range.ts';

if (parentPort === null) throw new Error('range-worker is started as a worker thread');
parentPort.postMessage(scanRange(workerData as RangeTask), []);
