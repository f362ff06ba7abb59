/** Environment variable that says that a process is there for one model from elsewhere, so that onnxruntime may run on its main thread. */
export const foreignVariable = 'PENSTOCK_FOREIGN_MODEL';
