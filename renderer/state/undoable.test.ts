import { beforeEach, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { useNotices } from './notices.ts';
import { editRoot, redo, showDocument, undo, usePipeline } from './pipeline.ts';
import { tellStep } from './undoable.ts';

const title = (): string | undefined => usePipeline.getState().root?.title;
const rename = (to: string): boolean => editRoot({ type: 'set-document', title: to });
const offered = (message: string): (() => void) => {
  const action = useNotices.getState().notices.find((notice) => notice.message === message)?.action;
  if (action === undefined) throw new Error('the notice offers nothing');
  return action.run;
};
const last = (): string | undefined => useNotices.getState().notices.at(-1)?.message;

beforeEach(() => {
  useNotices.setState({ notices: [] });
  showDocument(emptyDocument('p', 'First'));
  rename('Mended');
  tellStep('Mended.');
});

it('a notice of a step takes it back while it is the last', () => {
  offered('Mended.')();
  expect(title()).toBe('First');
});

it('a notice of a step undoes nothing else after another edit, and says why', () => {
  const back = offered('Mended.');
  rename('Later');
  back();
  expect(title()).toBe('Later');
  expect(last()).toContain('not the last any more');
  undo();
  back();
  expect(title()).toBe('First');
});

it('a notice of a step undoes nothing once it was undone, or in another pipeline', () => {
  const back = offered('Mended.');
  undo();
  back();
  expect([title(), last()]).toEqual(['First', expect.stringContaining('not the last any more')]);
  redo();
  expect(title()).toBe('Mended');
  showDocument(emptyDocument('q', 'Other'));
  rename('Other, edited');
  back();
  expect(title()).toBe('Other, edited');
});
