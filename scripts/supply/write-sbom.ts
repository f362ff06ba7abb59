/**
 * `npm run sbom`, and a step of packaging: writes dist/sbom.cdx.json, and into what is laid out for packaging the bill, the licence
 * texts of everything shipped, LICENSE and NOTICE. `--electron=VERSION`: other than that of package.json.
 */
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { noticesText, licencesOf } from './licences.ts';
import { readLock, readManifest } from './lock.ts';
import { billOfMaterials, shippedContents } from './sbom.ts';

const root = path.resolve(import.meta.dirname, '../..');
const stage = path.join(root, 'dist', 'stage', 'penstock');
const electron = process.argv.find((word) => word.startsWith('--electron='))?.slice('--electron='.length) ?? readManifest(root).devDependencies['electron'] ?? '';
const contents = shippedContents(root, electron);
const epoch = Number(process.env['SOURCE_DATE_EPOCH']);
const bill = `${JSON.stringify(billOfMaterials(root, contents, Number.isFinite(epoch) && epoch > 0 ? new Date(epoch * 1000) : new Date()), null, 2)}\n`;
writeFileSync(path.join(root, 'dist', 'sbom.cdx.json'), bill);
writeFileSync(path.join(stage, 'sbom.cdx.json'), bill);
const shipped = licencesOf(readLock(root), root).filter(({ where }) => contents.packages.has(where));
writeFileSync(path.join(stage, 'THIRD-PARTY-LICENCES.txt'), noticesText(shipped, root));
for (const name of ['LICENSE', 'NOTICE']) copyFileSync(path.join(root, name), path.join(stage, name));
console.error(`sbom: ${contents.packages.size} packages, ${contents.binaries.length} binary files, Electron ${contents.electron}, Node ${contents.node}: dist/sbom.cdx.json`);
