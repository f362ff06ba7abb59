import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** package-lock.json and package.json, as far as the checks look at them. */

const ranges = z.record(z.string(), z.string()).optional();

const lockedSchema = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  dependencies: ranges,
  optionalDependencies: ranges,
});

const lockSchema = z.object({ lockfileVersion: z.number(), packages: z.record(z.string(), lockedSchema.extend({ devDependencies: ranges })) });

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
});

export type Locked = z.infer<typeof lockedSchema>;
export type Lock = z.infer<typeof lockSchema>;
export type Manifest = z.infer<typeof manifestSchema>;

export function readLock(root: string): Lock {
  return lockSchema.parse(JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')));
}

export function readManifest(root: string): Manifest {
  return manifestSchema.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
}

/** `node_modules/a/node_modules/@b/c` → `@b/c`. */
export const packageName = (where: string): string => where.slice(where.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Of platforms that nothing here runs on and only tools need: npm writes no integrity for what the registry at hand did not have. */
const isToolOfAnotherPlatform = (one: Locked): boolean => one.dev === true && one.optional === true && one.cpu !== undefined;

/** What is wrong with the lock, a sentence each. */
export function lockProblems(lock: Lock, manifest: Manifest): string[] {
  const problems: string[] = [];
  const { '': root, ...packages } = lock.packages;
  if (lock.lockfileVersion !== 3) problems.push(`The lock is of version ${lock.lockfileVersion}, not 3.`);
  for (const group of ['dependencies', 'devDependencies'] as const) {
    const locked = root?.[group] ?? {};
    for (const name of new Set([...Object.keys(manifest[group]), ...Object.keys(locked)])) {
      const wanted = manifest[group][name];
      if (wanted !== locked[name]) problems.push(`${name}: package.json says ${wanted ?? 'nothing'}, the lock's root ${locked[name] ?? 'nothing'}.`);
      if (wanted === undefined) continue;
      if (!/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(wanted)) problems.push(`${name}: ${wanted} is no exact version.`);
      const installed = packages[`node_modules/${name}`]?.version;
      if (installed !== wanted) problems.push(`${name}: package.json says ${wanted}, the lock holds ${installed ?? 'nothing'}.`);
    }
  }
  for (const [where, one] of Object.entries(packages)) {
    const name = packageName(where);
    if (!where.startsWith('node_modules/')) problems.push(`${where} lies outside node_modules.`);
    if (one.link === true) problems.push(`${name} is a link to a folder.`);
    if (one.resolved !== undefined) problems.push(`${name} is fetched from ${one.resolved.replace(/\?.*$/, '')}: the lock may name no place.`);
    if (one.version === undefined || !/^\d+\.\d+\.\d+/.test(one.version)) problems.push(`${name} has the version ${one.version ?? 'none'}: it is from no registry.`);
    if (one.integrity === undefined ? !isToolOfAnotherPlatform(one) : !/^sha512-[A-Za-z0-9+/]{86}==$/.test(one.integrity)) {
      problems.push(`${name}@${one.version ?? '?'} has ${one.integrity === undefined ? 'no integrity' : 'an integrity that is no SHA-512'}.`);
    }
    if (one.hasInstallScript === true && manifest.allowScripts[name] === undefined) problems.push(`${name}@${one.version ?? '?'} runs a script when it is installed, and package.json's allowScripts says nothing about it.`);
  }
  return problems;
}

/** Packages that are installed in another version than the lock says, or whose folder calls itself something else. */
export function installedProblems(lock: Lock, root: string): string[] {
  const problems: string[] = [];
  for (const [where, one] of Object.entries(lock.packages)) {
    if (where === '') continue;
    const manifest = installedManifest(root, where);
    if (manifest === null) {
      if (one.optional !== true) problems.push(`${packageName(where)} is not installed.`);
    } else if (manifest.version !== one.version) problems.push(`${packageName(where)} is installed as ${manifest.version}, the lock says ${one.version ?? 'nothing'}.`);
    else if (manifest.name !== (one.name ?? packageName(where))) problems.push(`In ${where} lies a package that calls itself ${manifest.name}.`);
  }
  return problems;
}

const installedSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  licenses: z.array(z.object({ type: z.string() })).optional(),
  homepage: z.string().optional().catch(undefined),
});

/** The manifest of an installed package; null where it is not installed (optional ones of other platforms). */
export function installedManifest(root: string, where: string): z.infer<typeof installedSchema> | null {
  let text: string;
  try {
    text = readFileSync(path.join(root, where, 'package.json'), 'utf8');
  } catch {
    return null;
  }
  return installedSchema.parse(JSON.parse(text));
}
