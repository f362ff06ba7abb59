/**
 * The learners' hot loops, in AssemblyScript: WebAssembly with SIMD over memory that threads share. Addresses are bytes. No result
 * depends on the number of threads.
 */
export * from './memory';
export * from './binning';
export * from './gradients';
export * from './histograms';
export * from './splits';
export * from './rows';
export * from './forest';
export * from './clusters';
export * from './products';
export * from './logistic';
