import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PenstockError } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { Column } from '#app/relation/types.ts';
import type { Engine } from '../../engine.ts';
import { writeFileAtomically } from '../../project/atomic-file.ts';
import { datasetUses } from '../dataset-uses.ts';
import { croissantMetadata } from './metadata.ts';

export interface CroissantRequest {
  readonly document: PipelineDocument;
  readonly nodeId: string;
  /** Default: the node's first table. */
  readonly port: string | null;
  /** Folder for the rows and `croissant.json`; made when missing. */
  readonly folder: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly license: string | null;
  readonly url: string | null;
  readonly citeAs: string | null;
  readonly creator: string | null;
}

/**
 * A table with its Croissant metadata, as a folder that can be handed on. A comma-separated or Parquet file that is read as it is goes along unchanged, any other table as Parquet.
 * @returns the path of the metadata. @throws PenstockError `no-table`, `croissant-folder-taken`, `not-run`.
 */
export async function exportCroissant(engine: Engine, request: CroissantRequest, signal: AbortSignal): Promise<{ path: string; file: string; rows: number; columns: number }> {
  const { document, nodeId, folder } = request;
  const analysis = await engine.analyse(document, signal);
  const node = analysis.nodes.get(nodeId);
  const port = request.port ?? node?.type?.definition.outputs.find(({ kind }) => kind === 'table')?.name;
  if (node === undefined || port === undefined) throw new PenstockError('no-table', 'That node gives no table.', { remedy: 'Name a node that reads or makes a table.', place: { nodeId } });
  const metadata = path.join(folder, 'croissant.json');
  const table = await engine.data.table({ document, nodeId, port, filter: '' }, signal);
  const [use] = datasetUses(analysis, [nodeId], { filesDir: engine.filesDir, resolvePath: engine.resolvePath });
  const name = request.name ?? (path.basename(use?.title ?? node.title).replace(/\.(csv|parquet)(\.gz)?$/i, '') || 'dataset');
  const given = port === use?.port && use.direction === 'read' && use.path !== null && isPlain(use.path, node.configuration.facts) ? use.path : null;
  await mkdir(folder, { recursive: true });
  const file = given === null ? `${name.replaceAll(/[^A-Za-z0-9_.-]+/g, '-')}.parquet` : path.basename(given);
  const target = path.join(folder, file);
  if (given !== null && path.resolve(given) === path.resolve(target)) throw new PenstockError('croissant-folder-taken', `${folder} is the folder that the file is read from.`, { remedy: 'Choose another folder.', place: { file: folder } });
  const temporary = path.join(folder, `.${file}.tmp`);
  try {
    if (given === null) await engine.database.writeParquet(table.relation, temporary, { signal });
    else await copyFile(given, temporary);
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
  const rows = await engine.database.count(table.relation, signal);
  const columns: Column[] = table.schema.map((column) => ({ ...column }));
  const facts = {
    name,
    description: request.description ?? `${rows} rows of ${columns.length} columns, from “${node.title}” of the pipeline “${document.title}”.`,
    license: request.license,
    url: request.url,
    citeAs: request.citeAs,
    creator: request.creator,
    published: new Date(),
    version: '1.0.0',
    file: { name: file, bytes: (await stat(target)).size, sha256: await sha256Of(target, signal), format: file.toLowerCase().endsWith('.parquet') ? ('application/x-parquet' as const) : ('text/csv' as const) },
    columns,
  };
  await writeFileAtomically(metadata, `${JSON.stringify(croissantMetadata(facts), null, 2)}\n`);
  return { path: metadata, file: target, rows, columns: columns.length };
}

/** Whether whoever reads the metadata will read the file as Penstock does: Parquet, or plain CSV with commas, names and UTF-8. */
function isPlain(file: string, facts: Readonly<Record<string, unknown>> | null): boolean {
  if (/\.parquet$/i.test(file)) return true;
  const dialect = facts?.['dialect'] as { delimiter?: unknown; header?: unknown; encoding?: unknown; decimal?: unknown; skipLines?: unknown } | undefined;
  return /\.csv$/i.test(file) && dialect?.delimiter === ',' && dialect.header === true && dialect.encoding === 'utf-8' && (dialect.decimal ?? '.') === '.' && (dialect.skipLines ?? 0) === 0;
}

async function sha256Of(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal });
  return hash.digest('hex');
}
