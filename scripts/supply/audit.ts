import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { packageName, type Lock } from './lock.ts';

/** A known weakness of a package that we carry on with, as docs/supply-chain.md explains it. */
export interface Explained {
  readonly package: string;
  /** GHSA-… or the like. */
  readonly advisory: string;
  readonly why: string;
  /** ISO date: after it the explanation no longer counts. */
  readonly until: string;
}

/** Rows of the table headed `Package | Advisory | Why it does not reach us | Until`. */
export function explainedAdvisories(markdown: string): Explained[] {
  const lines = markdown.split(/\r?\n/);
  const head = lines.findIndex((line) => /^\|\s*Package\s*\|\s*Advisory\s*\|/i.test(line));
  if (head === -1) return [];
  const rows: Explained[] = [];
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith('|')) break;
    const [name = '', advisory = '', why = '', until = ''] = line.slice(1, -1).split('|').map((cell) => cell.trim().replaceAll('`', ''));
    rows.push({ package: name, advisory, why, until });
  }
  return rows;
}

/** Explanations of what is not there, or that say too little. Whether they are out of date is asked with the audit, not by every test. */
export function explanationProblems(explained: readonly Explained[], lock: Lock): string[] {
  const locked = new Set(Object.keys(lock.packages).filter((where) => where !== '').map(packageName));
  return explained.flatMap(({ package: name, advisory, why, until }) => [
    ...(locked.has(name) ? [] : [`The explanation for ${name} is of a package that the lock does not hold.`]),
    ...(/^(?:GHSA-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}|CVE-\d{4}-\d{4,})$/.test(advisory) ? [] : [`The explanation for ${name} names no advisory (“${advisory}”).`]),
    ...(why.length >= 20 ? [] : [`The explanation for ${name} does not say why ${advisory} does not reach us.`]),
    ...(/^\d{4}-\d{2}-\d{2}$/.test(until) && !Number.isNaN(Date.parse(until)) ? [] : [`The explanation for ${name} has no date until which it counts.`]),
  ]);
}

const viaSchema = z.object({ name: z.string(), title: z.string(), url: z.string(), severity: z.string() });
const reportSchema = z.object({ vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), viaSchema])) })) });

/** Findings of `npm audit --json` that nothing explains today. */
export function unexplained(report: unknown, explained: readonly Explained[], today: string): string[] {
  const { vulnerabilities } = reportSchema.parse(report);
  const findings = new Map<string, z.infer<typeof viaSchema>>();
  for (const { via } of Object.values(vulnerabilities)) for (const one of via) if (typeof one !== 'string') findings.set(`${one.name} ${one.url}`, one);
  return [...findings.values()].flatMap(({ name, title, url, severity }) => {
    const found = explained.find((one) => one.package === name && url.endsWith(one.advisory));
    if (found === undefined) return [`${name}: ${title} (${severity}, ${url}).`];
    return found.until < today ? [`${name}: the explanation of ${found.advisory} counted until ${found.until}.`] : [];
  });
}

export type AuditAnswer = { readonly report: unknown } | { readonly refused: string };

/** Asks the registry by npm's own client. Registries without audits (mirrors) refuse; that is said, never taken for a clean answer. */
export function askRegistry(root: string): AuditAnswer {
  const done = spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, shell: process.platform === 'win32' });
  if (done.error) return { refused: `npm cannot be started (${done.error.message})` };
  let answer: unknown;
  try {
    answer = JSON.parse(done.stdout);
  } catch {
    return { refused: 'npm gave no JSON' };
  }
  if (reportSchema.safeParse(answer).success) return { report: answer };
  const { statusCode, message } = z.object({ statusCode: z.number().optional(), message: z.string().optional() }).parse(answer);
  return { refused: `the registry does not answer audits${statusCode === undefined ? (message === undefined ? '' : ` (${message.slice(0, 80)})`) : ` (status ${statusCode})`}` };
}

export function readExplained(root: string): Explained[] {
  return explainedAdvisories(readFileSync(path.join(root, 'docs', 'supply-chain.md'), 'utf8'));
}
