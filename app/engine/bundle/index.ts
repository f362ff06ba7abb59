export { Serving, type ServedModelInfo, type ServeRequest } from './serving.ts';
export type { BundleFacts } from './texts.ts';
export { verifyBundle } from './verify.ts';
export { bundleNamePattern, writeBundle, type BundleFile, type WriteBundleOptions } from './writer.ts';
