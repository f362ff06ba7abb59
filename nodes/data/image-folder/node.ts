import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';
import type { Schema } from '#app/relation/types.ts';

const params = z.object({
  folder: z.string().default('').meta({ title: 'Folder', description: 'A folder of images; its sub-folders may be the labels.', control: 'folder' }),
  label: z.enum(['folder', 'none']).default('folder').meta({
    title: 'Label',
    description: 'Of cats/a.jpg it is “cats”. Images that lie in the folder itself have none.',
    control: 'select',
    labels: { folder: 'Name of the sub-folder', none: 'None' },
  }),
  recursive: z.boolean().default(true).meta({ title: 'Sub-folders too', control: 'switch' }),
  sha256: z.boolean().default(false).meta({ title: 'Fingerprint (SHA-256)', description: 'Finds the same image under two names. Reads every file whole.', control: 'switch', advanced: true }),
});

export type ImageFolderParams = z.output<typeof params>;

export function imageSchema({ label, sha256 }: ImageFolderParams): Schema {
  return [
    { name: 'path', type: 'string' },
    { name: 'file', type: 'string' },
    ...(label === 'folder' ? [{ name: 'label', type: 'string' } as const] : []),
    { name: 'width', type: 'integer' },
    { name: 'height', type: 'integer' },
    { name: 'format', type: 'string' },
    { name: 'bytes', type: 'integer' },
    ...(sha256 ? [{ name: 'sha256', type: 'string' } as const] : []),
  ];
}

export const rejectedImages: Schema = [
  { name: 'path', type: 'string' },
  { name: 'bytes', type: 'integer' },
  { name: 'reason', type: 'string' },
];

export const definition = defineNode({
  type: 'data/image-folder',
  version: 1,
  title: 'Image Folder',
  summary: 'One row an image: path, label from the sub-folder, width, height, format and size.',
  keywords: ['import images', 'pictures', 'photos', 'jpeg', 'png', 'ImageFolder', 'image_dataset_from_directory', 'Import Images', 'List Files', 'vision', 'cnn', 'labels'],
  inputs: [],
  outputs: [
    { name: 'table', title: 'Images', kind: 'table', summary: 'One row an image.' },
    { name: 'rejects', title: 'Rejects', kind: 'table', summary: 'Files that are damaged or no images, with the reason.' },
  ],
  params,
  describe: ({ folder }, say) => (folder === '' ? say`No folder yet` : fileName(folder.replace(/[\\/]+$/, ''))),
  configure: ({ params: given }) => ({
    outputs: { table: { kind: 'table', schema: imageSchema(given) }, rejects: { kind: 'table', schema: rejectedImages } },
    diagnostics: given.folder === '' ? [paramMissing(['folder'], 'No folder is chosen.', 'Choose a folder of images.')] : [],
  }),
});
