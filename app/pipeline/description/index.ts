export { describePipeline } from './describe.ts';
export { withWords } from './kept.ts';
export { descriptionMarkdown, descriptionText } from './markdown.ts';
export type * from './types.ts';
export type { Tongue } from './tongue.ts';
