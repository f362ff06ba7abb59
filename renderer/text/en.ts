import { app } from './en/app.ts';
import { common } from './en/common.ts';

/** Every text of the page in English: sentences, and small functions where numbers or names go in. Other languages have this shape. */
export const en = { common, app };

export type Texts = typeof en;
