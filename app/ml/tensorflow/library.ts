/**
 * TensorFlow.js as one file, made by the build (dist/tensorflow): its package for Node comes without gradients, and its WebAssembly is
 * looked for beside the file. Only what networks are trained with: the core, its gradients, and the kernels in WebAssembly.
 */
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-backend-wasm';

export * from '@tensorflow/tfjs-core';
