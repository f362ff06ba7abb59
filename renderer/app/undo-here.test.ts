// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { useNotices } from '../state/notices.ts';
import { editRoot, showDocument, undo, usePipeline } from '../state/pipeline.ts';
import { useView, type PageName } from '../state/view.ts';
import { canStep, stepHere } from './undo-here.ts';

const title = (): string | undefined => usePipeline.getState().root?.title;

beforeEach(() => {
  useNotices.setState({ notices: [] });
  showDocument(emptyDocument('p', 'First'));
  editRoot({ type: 'set-document', title: 'Second' });
});
afterEach(() => useView.setState({ page: 'canvas' }));

it('undo and redo are of the pipeline where it is on the screen', () => {
  useView.setState({ page: 'canvas' });
  expect([canStep('undo'), canStep('redo')]).toEqual([true, false]);
  stepHere('undo');
  expect(title()).toBe('First');
  stepHere('redo');
  expect(title()).toBe('Second');
});

const others: PageName[] = ['data', 'features', 'runs', 'models', 'serving', 'monitors', 'automation', 'reports', 'trace', 'settings', 'people', 'account', 'brief'];

it.each(others)('on the page “%s” they leave the pipeline as it is', (page) => {
  editRoot({ type: 'set-document', title: 'Third' });
  undo();
  useView.setState({ page });
  expect([canStep('undo'), canStep('redo')]).toEqual([false, false]);
  stepHere('undo');
  stepHere('redo');
  expect(title()).toBe('Second');
  // The brief has steps of its own; it just has none yet.
  if (page !== 'brief') expect(useNotices.getState().notices.map(({ message }) => message)).toEqual(['There is nothing to undo or redo on this page.']);
});
