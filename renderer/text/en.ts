import { app } from './en/app.ts';
import { canvas } from './en/canvas.ts';
import { common } from './en/common.ts';
import { data } from './en/data.ts';
import { help } from './en/help.ts';
import { history } from './en/history.ts';
import { inspector } from './en/inspector.ts';
import { models } from './en/models.ts';
import { runs } from './en/runs.ts';
import { settings } from './en/settings.ts';
import { outline } from './en/outline.ts';
import { state } from './en/state.ts';
import { views } from './en/views.ts';

/** Every text of the page in English: sentences, and small functions where numbers or names go in. Other languages have this shape. */
export const en = {
  app,
  canvas,
  common,
  data,
  help,
  history,
  inspector,
  models,
  runs,
  settings,
  outline,
  state,
  views,
};

export type Texts = typeof en;
