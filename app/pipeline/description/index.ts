export { describePipeline } from './describe.ts';
export { descriptionMarkdown, descriptionText } from './markdown.ts';
export type * from './types.ts';
