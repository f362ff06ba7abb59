/** `node child.mjs MODULE JSON`: runs the module's `run(options)` in a process of its own; prints its result and the peak resident memory. */
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { runnerImport } from 'vite';

const [file, json] = process.argv.slice(2);
const here = fileURLToPath(new URL('./', import.meta.url));
const { module } = await runnerImport(path.resolve(here, file), { configFile: false, root: path.resolve(here, '..') });
const result = await module.run(JSON.parse(json));
// In kilobytes on every platform that Node knows.
console.log(JSON.stringify({ ...result, peak: process.resourceUsage().maxRSS * 1024 }));
process.exit(0);
