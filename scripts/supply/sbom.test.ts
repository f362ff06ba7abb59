import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cycloneDxValidator } from '../cyclonedx-schema.ts';
// @ts-expect-error plain JavaScript, run by the build as it is
import { packageFolder } from './bundled.mjs';
import { readLock, readManifest } from './lock.ts';
import { billOfMaterials, shippedContents, type Contents } from './sbom.ts';

const root = path.resolve(import.meta.dirname, '../..');
const validate = cycloneDxValidator();
const folderOf = packageFolder as (id: string) => string | null;

interface Bill {
  readonly serialNumber: string;
  readonly components: readonly { readonly type: string; readonly name: string; readonly version?: string; readonly group?: string; readonly 'bom-ref': string; readonly hashes?: readonly { readonly alg: string; readonly content: string }[] }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const contents: Contents = {
  packages: new Map([['node_modules/zod', ['engine', 'renderer']], ['node_modules/@duckdb/node-api', ['node_modules']], ['node_modules/@duckdb/node-bindings', ['node_modules']], ['node_modules/h5wasm', ['engine']], ['node_modules/pako', ['engine']]]),
  binaries: [{ path: 'runtime/node', sha256: 'a'.repeat(64) }],
  electron: '45.4.1',
  node: '24.21.0',
};
const bill = billOfMaterials(root, contents, new Date(0)) as unknown as Bill;

describe('the bill of materials', () => {
  it('is one by CycloneDX’s own schema', () => {
    expect(validate(bill) ? null : validate.errors).toBeNull();
    expect(validate({ ...bill, components: [{ type: 'no such type', name: 'x' }] })).toBe(false);
  });

  it('names versions and hashes of the lock, and who needs whom', () => {
    const lock = readLock(root).packages;
    const hash = bill.components.find(({ name }) => name === 'zod')?.hashes?.[0];
    expect(hash).toEqual({ alg: 'SHA-512', content: Buffer.from((lock['node_modules/zod']?.integrity ?? '').slice('sha512-'.length), 'base64').toString('hex') });
    const api = bill.components.find(({ group, name }) => group === '@duckdb' && name === 'node-api')?.['bom-ref'];
    const bindings = bill.components.find(({ group, name }) => group === '@duckdb' && name === 'node-bindings')?.['bom-ref'];
    expect(bill.dependencies.find(({ ref }) => ref === api)?.dependsOn).toEqual([bindings]);
    expect(bill.components.find(({ type }) => type === 'framework')).toMatchObject({ name: 'electron', version: readManifest(root).devDependencies['electron'] });
  });

  it('is the same for the same contents', () => {
    expect((billOfMaterials(root, contents, new Date(1)) as unknown as Bill).serialNumber).toBe(bill.serialNumber);
    expect((billOfMaterials(root, { ...contents, node: '24.0.0' }, new Date(0)) as unknown as Bill).serialNumber).not.toBe(bill.serialNumber);
  });

  it('refuses what the lock does not hold', () => {
    expect(() => billOfMaterials(root, { ...contents, packages: new Map([['node_modules/nowhere', ['engine']]]) }, new Date(0))).toThrow('not in the lock');
  });

  it('finds the package of a file', () => {
    expect(folderOf('/x/node_modules/a/index.js')).toBe('node_modules/a');
    expect(folderOf('\0/x/node_modules/a/node_modules/@b/c/d/e.js?commonjs')).toBe('node_modules/a/node_modules/@b/c');
    expect(folderOf('C:\\x\\node_modules\\@b\\c\\d.js')).toBe('node_modules/@b/c');
    expect(folderOf('/x/app/engine/a.ts')).toBeNull();
  });

  const isLaidOut = existsSync(path.join(root, 'dist/stage/penstock')) && ['renderer', 'main'].every((part) => existsSync(path.join(root, `dist/.packages/${part}.json`)));
  it.skipIf(!isLaidOut)('of what is laid out for packaging is valid, and holds every package of the window, the engine and beside them', () => {
    const real = billOfMaterials(root, shippedContents(root, '45.4.1'), new Date(0)) as unknown as Bill;
    expect(validate(real) ? null : validate.errors).toBeNull();
    const names = new Set(real.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`)));
    for (const name of ['react-dom', 'zod', '@duckdb/node-api', 'onnxruntime-node', 'danfojs', 'onnxruntime-web', '@tensorflow/tfjs-core']) expect(names.has(name), name).toBe(true);
    expect([...names].filter((name) => ['vite', 'vitest', 'typescript', 'axe-core', 'lightningcss'].includes(name))).toEqual([]);
    expect(real.components.filter(({ type }) => type === 'file').some(({ name }) => name.endsWith('.node'))).toBe(true);
    for (const file of real.components.filter(({ type }) => type === 'file')) expect(file.hashes?.[0]?.content).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(path.join(root, 'dist/.packages/renderer.json'), 'utf8')).toContain('node_modules/react-dom');
  });
});
