import { app } from './en/app.ts';
import { canvas } from './en/canvas.ts';
import { common } from './en/common.ts';
import { help } from './en/help.ts';
import { inspector } from './en/inspector.ts';
import { state } from './en/state.ts';

/** Every text of the page in English: sentences, and small functions where numbers or names go in. Other languages have this shape. */
export const en = {
  app,
  canvas,
  common,
  help,
  inspector,
  state,
};

export type Texts = typeof en;
