export { emitFeatures, type EmitFeaturesOptions, type EmittedFeatures, type FeatureExpressions } from './features.ts';
export { isOnnxable, type OnnxableAnswer } from './support.ts';
export * from './graph.ts';
