import { isMainThread } from 'node:worker_threads';

/**
 * From 1.29 on onnxruntime tells its makers, on Linux and macOS, which models are loaded (names of files and graphs, hashes, sizes, how often
 * they are run), unless this is in the environment when it is loaded. Nothing of what people do here leaves their machine unasked. Importing
 * this sets it for the process and its children: native code does not see the environment of a worker, which is a copy, so that whoever
 * starts workers imports it, too. On Windows onnxruntime writes trace events for the system, which this does not reach.
 * Source: onnxruntime's pull request 27379.
 */
const telemetryVariable = 'ORT_DISABLE_TELEMETRY';

if (isMainThread) process.env[telemetryVariable] = '1';
