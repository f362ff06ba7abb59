import { expect } from '../fixtures/app.ts';
import { byKey, inspectorTab, onNode, page, panel, result, type Screen, type ScreenGroup, seen, stays, toServe } from './screen.ts';

const beforeRun: readonly Screen[] = [
  { name: 'a pipeline that never ran', show: stays, hide: stays },
  result('of a node that never ran', 'logit', 'report', null, 'result-view'),
  inspectorTab('parameters', 'net'),
  onNode('parameters at the card', 'net', 'Shift+Enter', 'card-params'),
  inspectorTab('schema', 'split'),
  inspectorTab('about', 'split'),
  {
    name: 'a node with something wrong',
    show: async (studio) => {
      await studio.find('select');
      await studio.page.keyboard.press('Delete');
      await expect(studio.page.getByTestId('problems-count')).not.toHaveAttribute('data-count', '0');
      await studio.showTab('problems');
    },
    hide: async (studio) => studio.page.getByTestId('undo').click(),
  },
  {
    name: 'several nodes in a group',
    show: async ({ page: at, canvas }) => {
      await canvas.focus();
      await at.keyboard.press('Control+a');
      await at.keyboard.press('Control+g');
      await at.keyboard.press('Enter');
      await expect(at.locator('[data-group-frame]')).toBeVisible();
    },
    hide: async (studio) => studio.page.getByTestId('undo').click(),
  },
  {
    name: 'a run that failed',
    show: async (studio) => {
      await studio.find('read');
      await studio.param('path').locator('input').first().fill('data/gone.csv');
      await studio.param('path').locator('input').first().press('Tab');
      await studio.runAll();
      await expect(studio.node('stats')).toHaveAttribute('data-state', 'idle');
      await expect(studio.node('read')).toHaveAttribute('data-state', /failed|attention/);
      await studio.showTab('log');
    },
    hide: async (studio) => studio.page.getByTestId('undo').click(),
  },
  {
    name: 'a connection',
    show: async (studio) => {
      await studio.find('split');
      await studio.canvas.focus();
      await studio.page.keyboard.press('Alt+e');
      await studio.page.getByTestId('choose-list').getByRole('option').first().dblclick();
      await expect(studio.page.getByRole('heading', { name: 'Connection' })).toBeVisible();
    },
  },
  {
    name: 'a note being written',
    show: async (studio) => {
      await studio.canvas.focus();
      await studio.page.keyboard.press('Control+Shift+n');
      await expect(studio.page.locator('[data-testid^="note-"]').first()).toBeVisible();
    },
    hide: async (studio) => {
      await studio.page.keyboard.press('Escape');
      await studio.page.getByTestId('undo').click();
    },
  },
  byKey('command palette', 'Control+k', 'palette-input'),
  { ...byKey('keyboard sheet', '?', 'canvas'), show: async (studio) => {
    await studio.canvas.focus();
    await studio.page.keyboard.press('?');
    await expect(studio.page.getByRole('dialog')).toBeVisible();
  } },
  byKey('find', 'Control+f', 'find-panel'),
  onNode('quick add', 'split', 'Tab', 'quick-add'),
  onNode('connect to', 'logit', 'Alt+c', 'choose-list'),
  onNode('connections', 'split', 'Alt+e', 'choose-list'),
  onNode('move to group', 'split', 'Alt+g', 'choose-list'),
  {
    name: 'menu of a node',
    show: async (studio) => {
      await studio.find('split');
      await studio.node('split').click({ button: 'right' });
      await expect(studio.page.getByRole('menu')).toBeVisible();
    },
  },
  {
    name: 'pipelines of the project',
    show: async (studio) => {
      await studio.page.getByTestId('pipeline-switcher').click();
      await expect(studio.page.getByRole('searchbox', { name: 'Search pipelines' })).toBeVisible();
    },
  },
  {
    name: 'asking before a pipeline is deleted',
    show: async (studio) => {
      await studio.page.getByTestId('pipeline-switcher').click();
      await studio.page.getByRole('button', { name: /^Delete / }).first().click({ force: true });
      await expect(studio.page.getByRole('dialog', { name: /Delete this pipeline/ })).toBeVisible();
    },
    hide: async (studio) => {
      await studio.page.keyboard.press('Escape');
      await studio.page.keyboard.press('Escape');
    },
  },
  {
    name: 'what was deleted lately',
    show: async ({ page: at }) => {
      await at.getByTestId('pipeline-switcher').click();
      await at.getByRole('button', { name: /^Delete / }).first().click({ force: true });
      await at.getByRole('button', { name: 'Delete', exact: true }).click();
      await at.getByTestId('deleted').click();
      await expect(at.getByTestId('deleted-list').getByRole('listitem')).toHaveCount(1);
    },
    hide: stays,
  },
  {
    name: 'asking before the trash is emptied',
    show: async ({ page: at }) => {
      await at.getByTestId('empty-trash').click();
      await seen(at, 'confirm');
    },
    hide: async ({ page: at }) => {
      await at.keyboard.press('Escape');
      await at.getByRole('button', { name: /^Bring back / }).click();
      await expect(at.getByTestId('deleted-list').getByRole('listitem')).toHaveCount(0);
      await at.keyboard.press('Escape');
      await at.keyboard.press('Escape');
    },
  },
];

const afterRun: readonly Screen[] = [
  { name: 'a pipeline that ran', show: stays, hide: stays },
  panel('outline', 'outline-tree'),
  panel('history', 'history-panel'),
  {
    name: 'an earlier version',
    show: async (studio) => {
      await studio.page.getByTestId('rail-history').click();
      await studio.page.getByTestId('history-run').first().click();
      await expect(studio.page.getByTestId('history-run').first()).toHaveAttribute('aria-current', 'step');
    },
    hide: async (studio) => studio.page.getByTestId('rail-history').click(),
  },
  result('table', 'read', 'table', 'table', 'table-row-count'),
  {
    name: 'menu of a column',
    show: async (studio) => {
      await studio.find('read');
      await studio.showTab('table');
      await studio.header('species').hover();
      await studio.page.getByTestId('column-menu-species').click();
      await expect(studio.page.getByRole('menu')).toBeVisible();
    },
  },
  result('charts of a table', 'read', 'report', 'table', 'result-view'),
  result('recipe', 'prep', 'report', null, 'recipe-view'),
  result('model', 'logit', 'report', 'model', 'result-view'),
  result('learner', 'logit', 'report', 'learner', 'result-view'),
  result('live curves', 'net', 'report', 'model', 'result-view'),
  result('evaluation', 'cnet', 'report', null, 'report-view'),
  result('report with charts', 'roc', 'report', null, 'report-view'),
  result('log', 'net', 'log', null, 'log-view'),
  page('brief'),
  page('data'),
  page('runs'),
  {
    name: 'page runs, one of them',
    show: async (studio) => {
      await studio.page.getByTestId('rail-runs').click();
      await studio.page.locator('[data-testid^="run-row-"]').first().click();
      await seen(studio.page, 'run-detail');
    },
    hide: async (studio) => studio.page.getByTestId('rail-canvas').click(),
  },
  {
    name: 'page runs, two of them compared',
    show: async (studio) => {
      await studio.runAll();
      await studio.expectAll('done');
      await studio.page.getByTestId('rail-runs').click();
      const rows = studio.page.locator('[data-testid^="run-row-"]');
      await expect(rows.nth(1)).toBeVisible();
      for (const row of [rows.nth(0), rows.nth(1)]) await row.getByRole('checkbox').check();
      await studio.page.getByRole('button', { name: 'Compare 2' }).click();
      await seen(studio.page, 'run-compare');
    },
    hide: async (studio) => studio.page.getByTestId('rail-canvas').click(),
  },
  page('models'),
  page('features'),
  {
    name: 'a model with its versions',
    show: async (studio) => {
      await studio.page.getByTestId('rail-models').click();
      await studio.page.getByTestId('model-penguins').getByRole('button').click();
      await seen(studio.page, 'golden-rows');
    },
    hide: async (studio) => {
      await studio.page.getByTestId('all-models').click();
      await studio.page.getByTestId('rail-canvas').click();
    },
  },
  {
    name: 'a model file to import',
    show: async (studio) => {
      await studio.page.getByTestId('rail-models').click();
      await studio.page.getByTestId('import-model').click();
      await expect(studio.page.getByRole('dialog')).toBeVisible();
    },
    hide: async (studio) => {
      await studio.page.keyboard.press('Escape');
      await studio.page.getByTestId('rail-canvas').click();
    },
  },
  page('monitors'),
  page('automation'),
  page('serving'),
  {
    name: 'a version to be served',
    show: toServe,
    hide: async (studio) => {
      await studio.page.keyboard.press('Escape');
      await studio.page.getByTestId('all-models').click();
      await studio.page.getByTestId('rail-canvas').click();
    },
  },
  {
    name: 'a running server',
    show: async (studio) => {
      await toServe(studio);
      await studio.page.getByTestId('serve-start').click();
      await expect(studio.page.getByTestId('server-penguins')).toContainText(/http:\/\/127\.0\.0\.1:\d+/, { timeout: 60_000 });
    },
    hide: stays,
  },
  {
    name: 'a running server beside the models',
    show: async (studio) => {
      await studio.page.getByTestId('rail-models').click();
      await studio.page.getByTestId('all-models').click();
      await seen(studio.page, 'serving-penguins');
    },
    hide: async (studio) => {
      await studio.page.getByTestId('to-serving').click();
      await studio.page.getByTestId('server-penguins').getByRole('button', { name: 'Stop', exact: true }).click();
      await studio.page.getByTestId('confirm').click();
      await expect(studio.page.getByTestId('server-penguins')).toContainText('stopped');
      await studio.page.getByTestId('rail-canvas').click();
    },
  },
  page('reports'),
  page('trace'),
  {
    name: 'a report',
    show: async (studio) => {
      await studio.page.getByTestId('rail-reports').click();
      await studio.page.getByTestId('report-from-run').click();
      await studio.page.getByRole('menuitem', { name: 'Which penguin is it?' }).click();
      for (const type of ['chart', 'table', 'picture']) await expect(studio.page.locator(`[data-block-type=${type}][data-ready=true]`).first()).toBeVisible();
    },
    hide: async (studio) => studio.page.getByTestId('rail-canvas').click(),
  },
  {
    name: 'the audit log',
    show: async (studio) => {
      await studio.page.getByTestId('rail-trace').click();
      await studio.page.getByTestId('trace-tab-audit').click();
      await seen(studio.page, 'audit-state');
    },
    hide: async (studio) => {
      await studio.page.getByTestId('trace-tab-lineage').click();
      await studio.page.getByTestId('rail-canvas').click();
    },
  },
  page('settings'),
  byKey('in words', 'Control+Alt+d', 'description-text'),
  {
    name: 'a new pipeline from a template',
    show: async (studio) => {
      await studio.canvas.focus();
      await studio.page.keyboard.press('Control+Alt+n');
      await expect(studio.page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'inside a subflow',
    show: async (studio) => {
      await studio.find('logit');
      await studio.canvas.focus();
      await studio.page.keyboard.press('Control+j');
      await studio.page.keyboard.press('Enter');
      await studio.page.keyboard.press('Control+ArrowDown');
      await seen(studio.page, 'level-bar');
    },
    hide: stays,
  },
  {
    name: 'a subflow and its parameters',
    show: async (studio) => {
      await studio.page.getByTestId('level-leave').click();
      await seen(studio.page, 'component-section');
    },
    hide: async (studio) => studio.page.getByTestId('undo').click(),
  },
];

/** Screens that do not hang on what the pipeline is of. */
const everywhere: readonly Screen[] = [
  { name: 'an empty canvas', show: stays, hide: stays },
  {
    name: 'the tour',
    show: async ({ page: at, canvas }) => {
      await canvas.focus();
      await at.keyboard.press('Control+k');
      await at.getByTestId('palette-input').fill('guided first');
      await at.keyboard.press('Enter');
      await seen(at, 'tour');
    },
    hide: async (studio) => studio.page.getByTestId('tour-leave').click(),
  },
  panel('outline', 'outline-empty'),
  {
    name: 'a new pipeline, from templates',
    show: async (studio) => {
      await studio.page.getByTestId('pipeline-switcher').click();
      await studio.page.getByTestId('new-pipeline').click();
      await expect(studio.page.getByTestId('template-empty')).toBeFocused();
    },
  },
  page('brief'),
  page('data'),
  page('features'),
  page('runs'),
  page('models'),
  page('monitors'),
  page('automation'),
  page('serving'),
  page('reports'),
  page('trace'),
  page('settings'),
];

/** A panel over the canvas that a button of the top bar opens. */
const description: Screen = {
  name: 'the pipeline in words',
  show: async (studio) => {
    await studio.page.getByTestId('describe').click();
    await seen(studio.page, 'description-text');
  },
  hide: async (studio) => studio.page.getByTestId('describe').click(),
};

const allProblems: Screen = {
  name: 'the problems of all pipelines',
  show: async (studio) => {
    await studio.page.getByTestId('rail-problems').click();
    await seen(studio.page, 'problems-view');
  },
  hide: stays,
};

export const screenGroups: readonly ScreenGroup[] = [
  { pipeline: null, run: false, screens: everywhere },
  { pipeline: 'pipelines/penguins.pipeline.json', run: false, screens: beforeRun },
  { pipeline: 'pipelines/penguins.pipeline.json', run: true, screens: afterRun },
  { pipeline: 'pipelines/cars.pipeline.json', run: true, screens: [result('scatter plot', 'scatter', 'report', null, 'report-view'), result('regression report', 'diag', 'report', null, 'report-view'), result('coefficients', 'lin', 'report', 'model', 'result-view'), result('bundle', 'bundle', 'report', null, 'report-view')] },
  { pipeline: 'pipelines/weather.pipeline.json', run: true, screens: [{ name: 'notes', show: stays, hide: stays }, description, allProblems, result('line plot', 'lines', 'report', null, 'report-view'), result('forecast', 'forecast', 'report', 'report', 'report-view')] },
];

/** Screens that the guide has pictures of. */
export const pictured: ReadonlySet<string> = new Set([
  'an empty canvas',
  'quick add',
  'command palette',
  'several nodes in a group',
  'what was deleted lately',
  'a node with something wrong',
  'parameters at the card',
  'a pipeline that ran',
  'panel outline',
  'panel history',
  'an earlier version',
  'result table',
  'result charts of a table',
  'result model',
  'result report with charts',
  'page data',
  'page runs',
  'page models',
  'a report',
  'page settings',
  'in words',
  'a new pipeline from a template',
  'inside a subflow',
  'a subflow and its parameters',
  'result scatter plot',
  'result forecast',
]);
