import { stableHash } from '#app/core/hash.ts';
import { formatCount } from '#app/core/units.ts';
import type { ImageFile } from '#app/sdk/formats.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import { imageExtensions } from '#app/sdk/reader-params.ts';
import { imageSchema, rejectedImages, type ImageFolderParams } from './node.ts';

type Cell = string | number | null;

export const executor: NodeExecutor<ImageFolderParams> = {
  async fingerprint({ folder, recursive }, context) {
    if (folder === '') return {};
    const files = await context.files.matchingFiles([context.resolvePath(folder)], imageExtensions, recursive);
    return { [folder]: stableHash(files.map(({ path, size, mtimeMs }) => [path, size, mtimeMs])) };
  },

  async run(context) {
    const { params, tables } = context;
    const images = await tables.readImages(context.resolvePath(params.folder), {
      root: context.resolvePath('.'),
      recursive: params.recursive,
      label: params.label,
      sha256: params.sha256,
      progress: (fraction) => context.progress(fraction, 'Looking at images'),
    });
    const good = images.filter(({ problem }) => problem === null);
    const bad = images.filter(({ problem }) => problem !== null);
    const schema = imageSchema(params);
    const cells: Readonly<Record<string, (image: ImageFile) => Cell>> = {
      path: ({ path }) => path,
      file: ({ name }) => name,
      label: ({ label }) => label,
      width: ({ width }) => width,
      height: ({ height }) => height,
      format: ({ format }) => format,
      bytes: ({ bytes }) => bytes,
      sha256: ({ sha256 }) => sha256,
      reason: ({ problem }) => problem,
    };
    const columnsOf = (columns: typeof schema, of: readonly ImageFile[]) => columns.map(({ name, type }) => ({ name, type, values: of.map((image) => cells[name]?.(image) ?? null) }));
    if (bad.length > 0) context.report({ severity: 'warning', code: 'images-rejected', message: `${formatCount(bad.length)} ${bad.length === 1 ? 'file is' : 'files are'} damaged or no image; ${bad.length === 1 ? 'it is' : 'they are'} in the output “Rejects”.`, remedy: 'Look at the reasons there.', place: { port: 'rejects' } });
    const labels = new Set(good.map(({ label }) => label));
    context.log('info', `${formatCount(good.length)} images${params.label === 'folder' ? `, ${formatCount(labels.size)} ${labels.size === 1 ? 'label' : 'labels'}` : ''}`);
    return { table: await tables.fromColumns(columnsOf(schema, good), 'Images'), rejects: await tables.fromColumns(columnsOf(rejectedImages, bad), 'Rejected images') };
  },
};
