// @vitest-environment jsdom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useNotices } from '../state/notices.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

let done: string[] = [];
let unmount: () => void = () => undefined;
beforeEach(() => {
  done = [];
  useNotices.setState({ notices: [] });
});
afterEach(() => unmount());

function ask(work: () => Promise<void>): HTMLElement {
  const box = document.createElement('div');
  document.body.append(box);
  const root = createRoot(box);
  act(() => root.render(<ConfirmDialog title="Remove “Nightly”?" what="It is gone then." go="Remove" onGo={work} onClose={() => done.push('closed')} />));
  unmount = () => {
    act(() => root.unmount());
    box.remove();
  };
  const dialog = document.querySelector<HTMLElement>('[role="dialog"]');
  if (dialog === null) throw new Error('nothing is asked');
  return dialog;
}

const press = async (dialog: HTMLElement, name: string): Promise<void> => {
  const button = [...dialog.querySelectorAll('button')].find(({ textContent }) => textContent === name);
  if (button === undefined) throw new Error(`there is no button ${name}`);
  await act(async () => {
    button.click();
    await Promise.resolve();
  });
};

const remove = async (): Promise<void> => {
  done.push('removed');
  await Promise.resolve();
};

it('nothing happens before it is confirmed, nor where it is cancelled', async () => {
  const dialog = ask(remove);
  expect(done).toEqual([]);
  await press(dialog, 'Cancel');
  expect(done).toEqual(['closed']);
});

it('what was asked for happens once it is confirmed', async () => {
  await press(ask(remove), 'Remove');
  expect(done).toEqual(['closed', 'removed']);
});

it('what fails then is told', async () => {
  await press(
    ask(() => Promise.reject(new Error('No server answers.'))),
    'Remove',
  );
  expect(done).toEqual(['closed']);
  expect(useNotices.getState().notices).toMatchObject([{ severity: 'error' }]);
});
