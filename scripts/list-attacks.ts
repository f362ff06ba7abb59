/** `npm run attacks`: how many attempts each page of docs/attacks lists, and by how many tests they are made. */
import path from 'node:path';
import { attackRows } from './named-tests.ts';

const rows = attackRows(path.resolve(import.meta.dirname, '..'));
const areas = rows.map(({ document }) => path.basename(document, '.md'));
for (const area of new Set(areas)) console.log(`${area.padEnd(12)} ${String(areas.filter((one) => one === area).length).padStart(4)}`);
console.log(`${'in all'.padEnd(12)} ${String(rows.length).padStart(4)}, by ${new Set(rows.flatMap(({ tests }) => tests.map(({ file, titles }) => `${file} › ${titles.join(' › ')}`))).size} tests`);
