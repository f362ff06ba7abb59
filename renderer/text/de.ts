import { app } from './de/app.ts';
import { brief } from './de/brief.ts';
import { automation } from './de/automation.ts';
import { canvas } from './de/canvas.ts';
import { charts } from './de/charts.ts';
import { common } from './de/common.ts';
import { data } from './de/data.ts';
import { features } from './de/features.ts';
import { help } from './de/help.ts';
import { history } from './de/history.ts';
import { inspector } from './de/inspector.ts';
import { lock } from './de/lock.ts';
import { model } from './de/model.ts';
import { models } from './de/models.ts';
import { outline } from './de/outline.ts';
import { results } from './de/results.ts';
import { monitors } from './de/monitors.ts';
import { people } from './de/people.ts';
import { registry } from './de/registry.ts';
import { reports } from './de/reports.ts';
import { runs } from './de/runs.ts';
import { serving } from './de/serving.ts';
import { packs } from './de/packs.ts';
import { settings } from './de/settings.ts';
import { state } from './de/state.ts';
import { table } from './de/table.ts';
import { trace } from './de/trace.ts';
import { trust } from './de/trust.ts';
import { views } from './de/views.ts';
import type { Texts } from './en.ts';

/** German. A missing or a superfluous text does not type-check. */
export const de: Texts = {
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
