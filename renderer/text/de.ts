import { app } from './de/app.ts';
import { canvas } from './de/canvas.ts';
import { common } from './de/common.ts';
import { help } from './de/help.ts';
import { inspector } from './de/inspector.ts';
import { state } from './de/state.ts';
import type { Texts } from './en.ts';

/** German. A missing or a superfluous text does not type-check. */
export const de: Texts = {
  app,
  canvas,
  common,
  help,
  inspector,
  state,
};
