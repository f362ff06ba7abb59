#!/usr/bin/env node
/**
 * Adds to package-lock.json the packages of other platforms that installed packages name as optional but the lock lacks.
 * npm leaves them out when the registry at hand does not have them (a mirror that lags), and `npm ci` then refuses the lock. Of those that are
 * shipped the SHA-512 is asked for by `npm view`; what has none is named by `npm run supply`.
 * Run it after every `npm install`; `--check` only says whether anything is missing.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../package-lock.json');
const systems = new Set(['darwin', 'linux', 'win32', 'android', 'freebsd', 'openharmony']);
const processors = new Set(['arm64', 'x64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x']);

/** Whether node's resolution from `where` finds `name` in the lock. */
function isLocked(packages, where, name) {
  for (let at = where; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at}/node_modules/${name}`]) return true;
  }
  return packages[`node_modules/${name}`] !== undefined;
}

/** Optional packages that are named but not locked: [name, version range, of which package]. */
export function missingFromLock(lock) {
  const missing = [];
  for (const [where, one] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(one.optionalDependencies ?? {})) {
      if (!isLocked(lock.packages, where, name)) missing.push({ name, version, of: where, dev: one.dev === true });
    }
  }
  return missing;
}

/** Platform fields from a package's name (`@oxlint/binding-linux-x64-musl`), as npm would have read them from its manifest. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const system = words.find((word) => systems.has(word));
  const cpu = name.includes('wasm32') ? 'wasm32' : words.find((word) => processors.has(word));
  const libc = system !== 'linux' ? undefined : words.some((word) => word.startsWith('musl')) ? 'musl' : words.some((word) => word.startsWith('gnu')) ? 'glibc' : undefined;
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(libc ? { libc: [libc] } : {}), ...(system ? { os: [system] } : {}) };
}

/** What the registry says a package's file hashes to; null where it does not say. */
function integrityOf(name, version) {
  const asked = spawnSync('npm', ['view', `${name}@${version}`, 'dist.integrity'], { encoding: 'utf8', shell: process.platform === 'win32' });
  const text = (asked.stdout ?? '').trim();
  return /^sha512-[A-Za-z0-9+/]{86}==$/.test(text) ? text : null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingFromLock(lock);
  if (process.argv.includes('--check')) {
    console.log(missing.length === 0 ? 'The lock is complete.' : `Missing from the lock: ${missing.map(({ name }) => name).join(', ')}`);
    process.exit(missing.length === 0 ? 0 : 1);
  }
  for (const { name, version, dev } of missing) {
    const integrity = dev ? null : integrityOf(name, version);
    lock.packages[`node_modules/${name}`] = { version, ...(integrity === null ? {} : { integrity }), ...(dev ? { dev: true } : {}), ...platformOf(name), optional: true };
  }
  const { '': root, ...rest } = lock.packages;
  const sorted = Object.fromEntries(Object.entries(rest).toSorted(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: { '': root, ...sorted } }, null, 2)}\n`);
  console.log(`${missing.length} added.`);
}
