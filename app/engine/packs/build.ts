import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { penstockVersion } from '#app/core/version.ts';
import { readPackArchive, writePackArchive } from './archive.ts';
import { checkFiles, packManifestSchema, rawPublicKey, sha256, signatureOf, fingerprintOf } from './format.ts';

/** What an author writes: pack.json without files and nodes; each node in nodes/NAME with node.json, run.js and, if wanted, icon.svg and help.md. */
const sourceSchema = packManifestSchema.omit({ files: true, nodes: true, format: true });

function sourceProblem(file: string, why: string): PenstockError {
  return new PenstockError('pack-source', `${file}: ${why}.`, { remedy: 'Correct it; “penstock pack new” writes an example.', place: { file } });
}

async function parsed<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw sourceProblem(file, 'it is not there or is no JSON');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw sourceProblem(file, result.error.issues.slice(0, 3).map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; '));
}

/** Builds the unsigned zip of a source folder. The same sources give the same bytes. @throws PenstockError `pack-source` and those of a pack. */
export async function buildPack(folder: string): Promise<{ readonly bytes: Uint8Array; readonly name: string; readonly version: string }> {
  const source = await parsed(path.join(folder, 'pack.json'), sourceSchema);
  const files = new Map<string, Uint8Array>();
  const nodes: unknown[] = [];
  for (const entry of (await readdir(path.join(folder, 'nodes'), { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue;
    const own = path.join(folder, 'nodes', entry.name);
    const node = await parsed(path.join(own, 'node.json'), z.record(z.string(), z.unknown()));
    nodes.push({ id: entry.name, ...node });
    for (const name of ['run.js', 'icon.svg', 'help.md']) {
      const file = path.join(own, name);
      const info = await lstat(file).catch(() => null);
      if (info?.isFile() === true) files.set(`nodes/${entry.name}/${name}`, await readFile(file));
    }
  }
  const manifest = packManifestSchema.safeParse({ format: 1, ...source, nodes, files: Object.fromEntries([...files].map(([name, bytes]) => [name, sha256(bytes)])) });
  if (!manifest.success) throw sourceProblem(folder, manifest.error.issues.slice(0, 3).map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; '));
  checkFiles(manifest.data, files);
  files.set('pack.json', Buffer.from(`${JSON.stringify(manifest.data, null, 2)}\n`));
  return { bytes: await writePackArchive(files), name: manifest.data.name, version: manifest.data.version };
}

/** Signs a built pack; an earlier signature is replaced. @throws PenstockError `pack-key-file` and those of a pack. */
export async function signPack(bytes: Uint8Array, privateKeyPem: string): Promise<Uint8Array> {
  const files = await readPackArchive(bytes);
  const manifest = files.get('pack.json');
  if (manifest === undefined) throw new PenstockError('pack-manifest', 'There is no pack.json in the file.', { remedy: 'Build the pack first: penstock pack build FOLDER.' });
  files.set('signature.json', Buffer.from(signatureOf(manifest, privateKey(privateKeyPem))));
  return writePackArchive(files);
}

function privateKey(pem: string): ReturnType<typeof createPrivateKey> {
  const wrong = new PenstockError('pack-key-file', 'That is no private key for signing packs.', { remedy: 'Make one with “penstock pack keygen”.' });
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw wrong;
    return key;
  } catch {
    throw wrong;
  }
}

/** A new pair of keys: the private one in PEM, the public one as it is handed out. */
export function newPackKey(publisher: string): { readonly privatePem: string; readonly publicJson: string; readonly fingerprint: string } {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = rawPublicKey(createPublicKey(pair.privateKey));
  return { privatePem: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), publicJson: `${JSON.stringify({ publisher, publicKey }, null, 2)}\n`, fingerprint: fingerprintOf(publicKey) };
}

/** A first pack to change. @throws PenstockError `folder-not-empty`. */
export async function newPackSource(folder: string, name: string): Promise<void> {
  if ((await readdir(folder).catch(() => [])).length > 0) throw new PenstockError('folder-not-empty', `${folder} is not empty.`, { remedy: 'Name a new folder.', place: { file: folder } });
  const own = path.join(folder, 'nodes', 'shout');
  await mkdir(own, { recursive: true });
  await writeFile(path.join(folder, 'pack.json'), `${JSON.stringify({ name, version: '0.1.0', title: name, publisher: 'Your name', summary: 'What the nodes are for.', licence: 'Apache-2.0', minAppVersion: penstockVersion }, null, 2)}\n`);
  await writeFile(
    path.join(own, 'node.json'),
    `${JSON.stringify({ category: 'transform', version: 1, title: 'Shout', summary: 'Writes a text column in capital letters.', inputs: [{ name: 'table', title: 'Table' }], params: [{ name: 'column', title: 'Column', type: 'column' }], output: { columns: 'input' } }, null, 2)}\n`,
  );
  await writeFile(path.join(own, 'run.js'), `// df: the first table as a Danfo data frame; params: the values of the node. See the help of the Script node.\nconst rows = dfd.toJSON(df);\nreturn rows.map((row) => ({ ...row, [params.column]: row[params.column] === null ? null : String(row[params.column]).toUpperCase() }));\n`);
}
