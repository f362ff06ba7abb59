/**
 * `npm run supply`: the lock, what is installed, the licences, and what the registry knows of weaknesses. Ends with 1 where anything is
 * wrong; a registry that answers no audits is said and with `--audit` counts as wrong, too.
 */
import path from 'node:path';
import { askRegistry, explanationProblems, readExplained, unexplained } from './audit.ts';
import { licenceProblems, licencesOf } from './licences.ts';
import { installedProblems, lockProblems, readLock, readManifest } from './lock.ts';

const root = path.resolve(import.meta.dirname, '../..');
const lock = readLock(root);
const packages = licencesOf(lock, root);
const explained = readExplained(root);
const problems: string[] = [];

function check(title: string, found: readonly string[], good: string): void {
  problems.push(...found);
  console.log(found.length === 0 ? `${title}: ${good}` : `${title}:\n${found.map((problem) => `  ${problem}`).join('\n')}`);
}

check('Lock', lockProblems(lock, readManifest(root)), `${Object.keys(lock.packages).length - 1} packages, each with an exact version and no place of its own.`);
check('Installed', installedProblems(lock, root), 'what lies in node_modules is what the lock says.');
check('Licences', licenceProblems(packages), `${packages.length} packages, ${new Set(packages.map(({ licence }) => licence)).size} licences, all on the list or explained.`);
check('Explanations', explanationProblems(explained, lock), `${explained.length}.`);

const answer = askRegistry(root);
if ('report' in answer) check('Audit', unexplained(answer.report, explained, new Date().toISOString().slice(0, 10)), 'no finding that is not explained.');
else if (process.argv.includes('--audit')) check('Audit', [`Not done: ${answer.refused}.`], '');
else console.log(`Audit: not done, ${answer.refused}.`);

process.exit(problems.length === 0 ? 0 : 1);
