#!/usr/bin/env node
/**
 * `npm run bench -- SUITE [--quick] [--part NAME]`: measures side by side with a named peer or limit in one run, prints a table and, last,
 * one JSON line {"suite":…,"ratios":{…}}. Ratios are ours ÷ the peer's (or the limit), best of several; under 1 is faster.
 */
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const suites = (await readdir(new URL('./suites/', import.meta.url))).filter((name) => name.endsWith('.ts')).map((name) => name.slice(0, -3));
function refuse(why) {
  console.error(`${why}\nUsage: npm run bench -- SUITE [--quick] [--part NAME]\nSuites: ${suites.join(', ')}`);
  process.exit(2);
}

function given() {
  try {
    return parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean', default: false }, part: { type: 'string' } } });
  } catch (error) {
    return refuse(error.message);
  }
}

const { values: { quick, part }, positionals: [suite, ...more] } = given();
if (suite === undefined || !suites.includes(suite) || more.length > 0) refuse('Name one suite.');
execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/build.mjs', import.meta.url)), 'kernels', 'tensorflow'], { stdio: 'inherit' });
// Through Vite's loader, because the node catalogue is found by its globs.
const { module } = await runnerImport(fileURLToPath(new URL(`./suites/${suite}.ts`, import.meta.url)), {
  configFile: false,
  root: fileURLToPath(new URL('../', import.meta.url)),
});
// Vite's loader calls this development; what is measured, on both sides, is what people get.
process.env.NODE_ENV = 'production';
const parts = module.parts ?? [];
if (part !== undefined && !parts.includes(part)) refuse(parts.length === 0 ? `“${suite}” has no parts.` : `“${suite}” has no part “${part}”: its parts are ${parts.join(', ')}.`);
const { rows } = await module.run({ quick, part });
console.table(Object.fromEntries(rows.map((row) => [row.name, { ours: row.ours, against: row.against, peer: row.peer, ratio: row.ratio, limit: row.limit ?? '' }])));
console.log(JSON.stringify({ suite, ratios: Object.fromEntries(rows.map((row) => [row.name, row.ratio])) }));
process.exit(0);
