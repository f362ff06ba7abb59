import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { installedManifest, packageName, readLock, readManifest, type Lock } from './lock.ts';

/**
 * The bill of materials of the app as it is shipped, by CycloneDX 1.6: packages that went into the built parts, packages that lie beside
 * them, native libraries and WebAssembly with their SHA-256, the Node that runs the engine, Electron.
 */

export interface Contents {
  /** Folder of an installed package → where it is in the app (parts of dist, `node_modules`). */
  readonly packages: ReadonlyMap<string, readonly string[]>;
  /** Binary files by their path in the app, with their SHA-256 in hexadecimal. */
  readonly binaries: readonly { readonly path: string; readonly sha256: string }[];
  readonly electron: string;
  readonly node: string;
}

/** Parts that only tools come from: none of their packages is shipped. */
const binary = /\.(?:node|so(?:\.[\d.]+)?|dll|dylib|wasm)$|(?:^|\/)runtime\/node(?:\.exe)?$/;

function filesUnder(folder: string, inside = ''): string[] {
  return readdirSync(path.join(folder, inside), { withFileTypes: true }).flatMap((entry) => {
    const file = inside === '' ? entry.name : `${inside}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(folder, file) : entry.isFile() ? [file] : [];
  });
}

const listSchema = z.array(z.string().startsWith('node_modules/'));

/** Looks at what was built (dist/.packages) and laid out (dist/stage/penstock). @throws Error where a part was not built. */
export function shippedContents(root: string, electron: string): Contents {
  const packages = new Map<string, string[]>();
  const add = (where: string, part: string): void => void packages.set(where, [...(packages.get(where) ?? []), part]);
  for (const part of ['bundle-server', 'engine', 'main', 'model-server', 'renderer', 'tensorflow']) {
    const file = path.join(root, 'dist', '.packages', `${part}.json`);
    if (!existsSync(file)) throw new Error(`The part “${part}” is not built; run “npm run build”.`);
    for (const where of listSchema.parse(JSON.parse(readFileSync(file, 'utf8')))) add(where, part);
  }
  const stage = path.join(root, 'dist', 'stage', 'penstock');
  if (!existsSync(stage)) throw new Error('Nothing is laid out for packaging; run “node scripts/stage.mjs”.');
  const files = filesUnder(stage);
  for (const file of files) {
    const where = /^(node_modules\/(?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(file)?.[1];
    if (where !== undefined) add(where, 'node_modules');
  }
  const binaries = files.filter((file) => binary.test(file)).sort().map((file) => ({ path: file, sha256: createHash('sha256').update(readFileSync(path.join(stage, file))).digest('hex') }));
  return { packages, binaries, electron, node: process.versions.node };
}

interface Component {
  readonly 'bom-ref': string;
  readonly [field: string]: unknown;
}

const spdxId = /^(?:MIT|MIT-0|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|BlueOak-1\.0\.0|CC0-1\.0|Python-2\.0|Zlib|Unlicense|OFL-1\.1|WTFPL)$/;

function licences(text: string): object[] {
  if (spdxId.test(text)) return [{ license: { id: text } }];
  return /\s(?:OR|AND)\s/.test(text) ? [{ expression: text }] : [{ license: { name: text } }];
}

const purl = (name: string, version: string): string => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;

/** Of the packages that one may need, those that node would load from its folder. */
function resolved(lock: Lock, where: string, name: string): string | null {
  for (let at = where; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const candidate = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (lock.packages[candidate] !== undefined) return candidate;
    if (at === '') return null;
  }
}

/** The bill as JSON; the same contents give the same bill but for its time. */
export function billOfMaterials(root: string, contents: Contents, now: Date): Record<string, unknown> {
  const lock = readLock(root);
  const app = readManifest(root);
  const refs = new Map<string, string>();
  const components: Component[] = [];
  for (const [where, parts] of [...contents.packages].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const manifest = installedManifest(root, where);
    const locked = lock.packages[where];
    if (manifest === null || locked === undefined) throw new Error(`${where} is in the app, but not in the lock.`);
    const name = packageName(where);
    const [group, bare] = name.startsWith('@') ? name.split('/') : [undefined, name];
    const licence = typeof manifest.license === 'string' ? manifest.license : (manifest.license?.type ?? manifest.licenses?.map(({ type }) => type).join(' OR ') ?? 'unknown');
    const ref = `${purl(name, manifest.version)}${where === `node_modules/${name}` ? '' : `#${where}`}`;
    refs.set(where, ref);
    components.push({
      type: 'library',
      'bom-ref': ref,
      ...(group === undefined ? {} : { group }),
      name: bare,
      version: manifest.version,
      purl: purl(name, manifest.version),
      licenses: licences(licence),
      ...(locked.integrity === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: Buffer.from(locked.integrity.replace('sha512-', ''), 'base64').toString('hex') }] }),
      properties: parts.map((part) => ({ name: 'penstock:part', value: part })),
    });
  }
  const appRef = `pkg:generic/penstock@${app.version}`;
  const platform = [
    { type: 'framework', 'bom-ref': `pkg:npm/electron@${contents.electron}`, name: 'electron', version: contents.electron, purl: `pkg:npm/electron@${contents.electron}`, licenses: [{ license: { id: 'MIT' } }], description: 'With Chromium and its parts, as LICENSES.chromium.html lists them.' },
    { type: 'platform', 'bom-ref': `pkg:generic/node@${contents.node}`, name: 'node', version: contents.node, purl: `pkg:generic/node@${contents.node}`, licenses: [{ license: { id: 'MIT' } }], description: 'Runs the engine.' },
  ];
  const files = contents.binaries.map((file) => ({ type: 'file', 'bom-ref': `file:${file.path}`, name: file.path, hashes: [{ alg: 'SHA-256', content: file.sha256 }] }));
  const dependencies = [...refs].map(([where, ref]) => {
    const wanted = { ...lock.packages[where]?.dependencies, ...lock.packages[where]?.optionalDependencies };
    const dependsOn = Object.keys(wanted).flatMap((name) => refs.get(resolved(lock, where, name) ?? '') ?? []);
    return { ref, dependsOn: [...new Set(dependsOn)].sort() };
  });
  const body = {
    components: [...components, ...platform, ...files],
    dependencies: [{ ref: appRef, dependsOn: [...refs.values(), ...platform.map((one) => one['bom-ref']), ...files.map((one) => one['bom-ref'])].sort() }, ...dependencies],
  };
  const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`,
    version: 1,
    metadata: { timestamp: now.toISOString(), component: { type: 'application', 'bom-ref': appRef, name: app.name, version: app.version, licenses: [{ license: { id: app.license } }] } },
    ...body,
  };
}
