import { app } from './en/app.ts';
import { brief } from './en/brief.ts';
import { automation } from './en/automation.ts';
import { canvas } from './en/canvas.ts';
import { charts } from './en/charts.ts';
import { common } from './en/common.ts';
import { data } from './en/data.ts';
import { features } from './en/features.ts';
import { help } from './en/help.ts';
import { history } from './en/history.ts';
import { inspector } from './en/inspector.ts';
import { lock } from './en/lock.ts';
import { model } from './en/model.ts';
import { models } from './en/models.ts';
import { outline } from './en/outline.ts';
import { results } from './en/results.ts';
import { monitors } from './en/monitors.ts';
import { people } from './en/people.ts';
import { registry } from './en/registry.ts';
import { reports } from './en/reports.ts';
import { runs } from './en/runs.ts';
import { serving } from './en/serving.ts';
import { packs } from './en/packs.ts';
import { settings } from './en/settings.ts';
import { state } from './en/state.ts';
import { table } from './en/table.ts';
import { trace } from './en/trace.ts';
import { trust } from './en/trust.ts';
import { views } from './en/views.ts';

/** Every text of the page in English: sentences, and small functions where numbers or names go in. Other languages have this shape. */
export const en = {
  app,
  brief,
  automation,
  canvas,
  charts,
  common,
  data,
  features,
  help,
  history,
  inspector,
  lock,
  model,
  models,
  outline,
  results,
  monitors,
  people,
  registry,
  reports,
  runs,
  serving,
  packs,
  settings,
  state,
  table,
  trace,
  trust,
  views,
};

export type Texts = typeof en;
