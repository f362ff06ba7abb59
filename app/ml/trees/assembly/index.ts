/**
 * The hot loops of the tree learners, in AssemblyScript: WebAssembly with SIMD over memory that threads share. Addresses are bytes. All
 * sums go in an order that does not depend on the number of threads.
 */
export * from './memory';
export * from './binning';
export * from './gradients';
export * from './histograms';
export * from './splits';
export * from './rows';
export * from './forest';
