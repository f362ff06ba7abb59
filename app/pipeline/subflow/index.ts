export * from './collapse.ts';
export * from './component.ts';
export * from './configurations.ts';
export * from './drawn-command.ts';
export * from './expand.ts';
export * from './ids.ts';
export * from './level.ts';
export * from './node-type.ts';
