import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainedAdvisories, explanationProblems, readExplained, unexplained } from './audit.ts';
import { isAllowed, licenceProblems, licencesOf, noticesText } from './licences.ts';
import { installedProblems, lockProblems, readLock, readManifest, type Lock } from './lock.ts';

const root = path.resolve(import.meta.dirname, '../..');
const lock = readLock(root);
const manifest = readManifest(root);

describe('the lock', () => {
  it('has exact versions and hashes, agrees with package.json, and allows no script unasked', () => {
    expect(lockProblems(lock, manifest)).toEqual([]);
  });

  it('is what is installed', () => {
    expect(installedProblems(lock, root)).toEqual([]);
  });

  const changed = (change: (packages: Lock['packages']) => void): string[] => {
    const copy = structuredClone(lock);
    change(copy.packages);
    return lockProblems(copy, manifest);
  };
  const zod = (packages: Lock['packages']): Lock['packages'][string] => {
    const one = packages['node_modules/zod'];
    if (one === undefined) throw new Error('zod is gone');
    return one;
  };

  it.each<readonly [string, (packages: Lock['packages']) => void, RegExp]>([
    ['without integrity', (packages) => void delete zod(packages).integrity, /zod@.* has no integrity/],
    ['with a weak hash', (packages) => void (zod(packages).integrity = 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk='), /no SHA-512/],
    ['from another server', (packages) => void (zod(packages).resolved = 'https://example.org/zod.tgz'), /fetched from https:\/\/example.org/],
    ['from git', (packages) => void (zod(packages).resolved = 'git+ssh://git@example.org/zod.git#abc'), /fetched from git/],
    ['of another version than asked for', (packages) => void (zod(packages).version = '4.0.0'), /the lock holds 4\.0\.0/],
    ['with a script at install', (packages) => void (zod(packages).hasInstallScript = true), /runs a script/],
    ['that is a folder', (packages) => void (zod(packages).link = true), /link to a folder/],
  ])('refuses a package %s', (_, change, said) => {
    expect(changed(change).join('\n')).toMatch(said);
  });

  it('wants exact versions in package.json', () => {
    const loose = { ...manifest, dependencies: { ...manifest.dependencies, zod: '^4.6.7' } };
    expect(lockProblems(lock, loose).join('\n')).toContain('zod: ^4.6.7 is no exact version.');
  });
});

describe('licences', () => {
  const packages = licencesOf(lock, root);

  it('are on the list or explained', () => {
    expect(licenceProblems(packages)).toEqual([]);
  });

  it('are refused where they are not on the list, changed, or of a tool that would be shipped', () => {
    const one = { where: 'node_modules/x', name: 'x', version: '1.0.0', dev: false };
    expect(licenceProblems([{ ...one, licence: 'AGPL-3.0-only' }])[0]).toContain('AGPL-3.0-only');
    expect(licenceProblems([{ ...one, licence: '' }])).toHaveLength(1);
    expect(licenceProblems([{ ...one, name: 'h5wasm', licence: 'UNLICENSED' }])[0]).toContain('the exception is for');
    expect(licenceProblems([{ ...one, name: 'axe-core', licence: 'MPL-2.0' }])[0]).toContain('would be shipped');
  });

  it('are read as expressions', () => {
    expect(['(MIT OR GPL-3.0-only)', 'MIT AND Zlib', 'WTFPL OR ISC'].map(isAllowed)).toEqual([true, true, true]);
    expect(['MIT AND GPL-3.0-only', 'GPL-3.0-only', '', '(MIT OR (GPL-2.0-only AND X))'].map(isAllowed)).toEqual([false, false, false, false]);
  });

  it('ship as texts, equal ones once', () => {
    const shipped = packages.filter(({ dev }) => !dev);
    const text = noticesText(shipped, root);
    for (const { name, version } of shipped) expect(text).toContain(`${name} ${version} (`);
    expect(text).toContain('NIST');
    expect(text.split('\n').filter((line) => line.startsWith('='.repeat(100))).length / 2).toBeLessThan(shipped.length);
  });
});

describe('known weaknesses', () => {
  const table = '| Package | Advisory | Why it does not reach us | Until |\n|---|---|---|---|\n| zod | GHSA-aaaa-bbbb-cccc | We never call the function that it is about. | 2027-01-31 |\n';
  const finding = { vulnerabilities: { zod: { via: [{ name: 'zod', title: 'Bad', url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc', severity: 'high' }] }, other: { via: ['zod'] } } };

  it('that we explain are of packages that we have', () => {
    expect(explanationProblems(readExplained(root), lock)).toEqual([]);
    expect(explanationProblems(explainedAdvisories(table), lock)).toEqual([]);
  });

  it('are explained in full or not at all', () => {
    const poor = explainedAdvisories('| Package | Advisory | Why it does not reach us | Until |\n|---|---|---|---|\n| nowhere | soon | no | never |\n');
    expect(explanationProblems(poor, lock)).toHaveLength(4);
  });

  it('count as explained until the day that is named', () => {
    const explained = explainedAdvisories(table);
    expect(unexplained(finding, explained, '2027-01-31')).toEqual([]);
    expect(unexplained(finding, explained, '2027-02-01')[0]).toContain('counted until 2027-01-31');
    expect(unexplained(finding, [], '2026-01-01')[0]).toContain('GHSA-aaaa-bbbb-cccc');
  });
});
