import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { installedManifest, packageName, type Lock } from './lock.ts';

/** Licences that may be in what we ship and build with: none asks for the source of what is linked to it. SPDX names. */
const allowed = new Set(['MIT', 'MIT-0', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'CC0-1.0', 'Python-2.0', 'Zlib', 'Unlicense', 'OFL-1.1', 'WTFPL']);

/** Packages whose licence is not on the list, each with why it may be there. `tools`: only as something that builds or tests. */
export const exceptions: Readonly<Record<string, { readonly licence: string; readonly why: string; readonly tools?: true }>> = {
  h5wasm: { licence: 'SEE LICENSE IN LICENSE.txt', why: 'NIST’s statement: free to use, copy, change and distribute with the notice kept, which ships with the app.' },
  'axe-core': { licence: 'MPL-2.0', why: 'Looks at pages in tests; is not shipped.', tools: true },
  '@axe-core/playwright': { licence: 'MPL-2.0', why: 'Looks at pages in tests; is not shipped.', tools: true },
  lightningcss: { licence: 'MPL-2.0', why: 'Compresses style sheets while building; is not shipped, and what it writes is ours.', tools: true },
};

export interface LicensedPackage {
  readonly where: string;
  readonly name: string;
  readonly version: string;
  /** As its manifest says it; empty where it says nothing. */
  readonly licence: string;
  readonly dev: boolean;
}

/** Every installed package of the lock, with its licence as its own manifest says it. */
export function licencesOf(lock: Lock, root: string): LicensedPackage[] {
  return Object.entries(lock.packages).flatMap(([where, one]) => {
    const manifest = where === '' ? null : installedManifest(root, where);
    if (manifest === null) return [];
    const { license, licenses } = manifest;
    const licence = typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? '');
    return [{ where, name: packageName(where), version: manifest.version, licence, dev: one.dev === true }];
  });
}

/** Whether an SPDX expression leaves a choice of allowed licences: of `OR` one has to be, of `AND` all. */
export function isAllowed(expression: string): boolean {
  const text = expression.trim().replace(/^\((.*)\)$/, '$1');
  if (text.includes('(')) return false;
  if (/\sOR\s/.test(text)) return text.split(/\sOR\s/).some(isAllowed);
  return text.split(/\sAND\s/).every((one) => allowed.has(one.trim()));
}

/** What is wrong with the licences, a sentence each. */
export function licenceProblems(packages: readonly LicensedPackage[]): string[] {
  return packages.flatMap(({ name, version, licence, dev }) => {
    if (isAllowed(licence)) return [];
    // A compiler's binary for one platform goes by the rule of the package that brings it.
    const exception = exceptions[name] ?? (name.startsWith('lightningcss-') ? exceptions['lightningcss'] : undefined);
    if (exception === undefined) return [`${name}@${version} has the licence “${licence}”, which is not on the list (scripts/supply/licences.ts).`];
    if (exception.licence !== licence) return [`${name}@${version} has the licence “${licence}”; the exception is for “${exception.licence}”.`];
    return exception.tools === true && !dev ? [`${name}@${version} may only build or test, and would be shipped.`] : [];
  });
}

const licenceFile = /^(?:licen[cs]e|copying|notice|third.?party.*)(?:[._-].*)?$/i;

/** The texts of a package's own licence and notice files. */
export function licenceTexts(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && licenceFile.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .map((name) => readFileSync(path.join(folder, name), 'utf8').trim())
    .filter((text) => text !== '');
}

/** One text with the licences of everything that is shipped; equal texts stand once. */
export function noticesText(packages: readonly LicensedPackage[], root: string): string {
  const byText = new Map<string, string[]>();
  for (const { where, name, version, licence } of packages) {
    const texts = licenceTexts(path.join(root, where));
    const text = texts.length > 0 ? texts.join('\n\n') : `${licence} (the package carries no text of it)`;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${licence})`]);
  }
  const head = 'Penstock contains the following packages. Each is used under the licence that follows its name.\n';
  const line = '='.repeat(100);
  return `${head}${[...byText].map(([text, names]) => `\n${line}\n${names.join('\n')}\n${line}\n\n${text}\n`).join('')}`;
}
