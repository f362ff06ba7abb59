import { app } from './de/app.ts';
import { common } from './de/common.ts';
import type { Texts } from './en.ts';

/** German. A missing or a superfluous text does not type-check. */
export const de: Texts = { common, app };
