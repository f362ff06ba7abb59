import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { packNodeSchema } from '#app/sdk/pack-node.ts';
import { packRefused, readPackArchive } from './archive.ts';

/**
 * A pack is a zip with `pack.json` (what it is, its nodes, the SHA-256 of every file), the files, and `signature.json`: Ed25519 over the
 * bytes of `pack.json`. So the signature covers every byte: what is not listed, or differs from its hash, is no pack.
 */

const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const packName = z.string().regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/).min(2).max(40);
export const packVersion = z.string().regex(/^(?:0|[1-9]\d{0,5})\.(?:0|[1-9]\d{0,5})\.(?:0|[1-9]\d{0,5})$/);

export const packManifestSchema = z.strictObject({
  format: z.literal(1),
  name: packName,
  version: packVersion,
  title: z.string().min(1).max(80),
  publisher: z.string().min(1).max(80),
  summary: z.string().min(1).max(300),
  licence: z.string().min(1).max(80),
  minAppVersion: packVersion,
  nodes: z.array(packNodeSchema).min(1).max(100),
  files: z.record(z.string(), hash),
});
export type PackManifest = z.output<typeof packManifestSchema>;

const signatureSchema = z.strictObject({ algorithm: z.literal('ed25519'), publicKey: z.string().regex(/^[A-Za-z0-9+/]{43}=$/), signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/) });

export interface Pack {
  readonly manifest: PackManifest;
  /** Of the zip file. */
  readonly sha256: string;
  /** Of the key that signed it. */
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** So that a signature over something else can never pass for one over a pack. */
const context = Buffer.from('penstock-pack-v1\n');
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

/** SHA-256 of the raw public key. */
export const fingerprintOf = (publicKey: string): string => sha256(Buffer.from(publicKey, 'base64'));

/** As people compare them: sixteen groups of four. */
export const shownFingerprint = (fingerprint: string): string => (fingerprint.match(/.{4}/g) ?? []).join(' ');

/** Raw public key in base64. */
export const rawPublicKey = (key: KeyObject): string => key.export({ format: 'der', type: 'spki' }).subarray(spkiHead.length).toString('base64');

export function signatureOf(manifest: Uint8Array, privateKey: KeyObject): string {
  const signature = sign(null, Buffer.concat([context, manifest]), privateKey).toString('base64');
  return `${JSON.stringify({ algorithm: 'ed25519', publicKey: rawPublicKey(createPublicKey(privateKey)), signature }, null, 2)}\n`;
}

export const codePath = (node: string): string => `nodes/${node}/run.js`;
export const iconPath = (node: string): string => `nodes/${node}/icon.svg`;
export const helpPath = (node: string): string => `nodes/${node}/help.md`;

function json(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes ?? new Uint8Array()));
  } catch {
    return null;
  }
}

/**
 * A pack as it is signed; whether the key is trusted is another question (keys.ts). Nothing of its code is run or loaded.
 * @throws PenstockError of the archive; `pack-unsigned`, `pack-signature`, `pack-manifest`, `pack-tampered`, `pack-extra-file`.
 */
export async function readPack(bytes: Uint8Array): Promise<Pack> {
  const files = await readPackArchive(bytes);
  const written = files.get('pack.json');
  if (written === undefined) throw packRefused('pack-manifest', 'There is no pack.json in the file.', 'Choose a pack of nodes.');
  const signed = files.get('signature.json');
  if (signed === undefined) throw packRefused('pack-unsigned', 'The pack is not signed.', 'Ask its publisher for a signed one; a pack of your own is signed by “penstock pack sign”.');
  const signature = signatureSchema.safeParse(json(signed));
  if (!signature.success) throw packRefused('pack-signature', 'The signature of the pack cannot be read.');
  const key = createPublicKey({ key: Buffer.concat([spkiHead, Buffer.from(signature.data.publicKey, 'base64')]), format: 'der', type: 'spki' });
  if (!verify(null, Buffer.concat([context, written]), key, Buffer.from(signature.data.signature, 'base64'))) throw packRefused('pack-signature', 'The signature of the pack is not that of its content.');
  const manifest = packManifestSchema.safeParse(json(written));
  if (!manifest.success) throw packRefused('pack-manifest', `pack.json is not what Penstock expects: ${manifest.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}.`, 'Ask the publisher for a pack for this version of Penstock.');
  checkFiles(manifest.data, files);
  return { manifest: manifest.data, sha256: sha256(bytes), publicKey: signature.data.publicKey, fingerprint: fingerprintOf(signature.data.publicKey), files };
}

/** Every file is listed and is what is listed, and every node has what it needs. @throws as `readPack`. */
export function checkFiles(manifest: PackManifest, files: ReadonlyMap<string, Uint8Array>): void {
  const listed = new Set(Object.keys(manifest.files));
  for (const [name, content] of files) {
    if (name === 'pack.json' || name === 'signature.json') continue;
    if (!listed.delete(name)) throw packRefused('pack-extra-file', `The pack holds “${name}”, which its publisher did not sign.`);
    if (sha256(content) !== manifest.files[name]) throw packRefused('pack-tampered', `“${name}” in the pack is not what its publisher signed.`);
  }
  const [gone] = listed;
  if (gone !== undefined) throw packRefused('pack-tampered', `“${gone}” is missing from the pack.`);
  const seen = new Set<string>();
  for (const { id } of manifest.nodes) {
    if (seen.has(id)) throw packRefused('pack-manifest', `The pack has two nodes “${id}”.`, 'Ask the publisher for another version.');
    seen.add(id);
    if (!files.has(codePath(id))) throw packRefused('pack-manifest', `The pack holds no code for its node “${id}”.`, 'Ask the publisher for another version.');
  }
}

/** Negative where `a` is the older version. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < 3; i += 1) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
