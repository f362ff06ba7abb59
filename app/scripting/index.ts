export { runJavaScript } from './javascript/run-javascript.ts';
export { runPython } from './python/run-python.ts';
export { findPython, type FoundPython } from './python/find-python.ts';
export type { InputTable, ScriptTask } from './run-script.ts';
export type { TypedColumn } from './returned.ts';
