import { useEffect } from 'react';
import { desktop } from '../rpc/desktop.ts';
import { copySelection, deleteSelection, pasteText } from '../canvas/actions.ts';
import { openQuickAdd } from '../canvas/adding.ts';
import { viewPort } from '../canvas/results-port.ts';
import { lastPointer, returnFocus } from '../canvas/canvas-store.ts';
import { useView } from '../state/view.ts';
import { rememberCopied, runAction } from './actions.ts';
import { actionFor, actionTable, chordOf, isActionId, isPrefix } from './shortcuts.ts';

const sequenceTime = 1200;
/** A press of the space bar shorter than this, without a drag, is a tap. */
const tapTime = 260;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'));
}

/** Where keys mean the canvas: nothing else on the page has the focus for its own keys. */
function isCanvasFocus(target: EventTarget | null): boolean {
  if (useView.getState().page !== 'canvas') return false;
  if (!(target instanceof HTMLElement) || target === document.body) return true;
  return target.closest('[data-testid="canvas"]') !== null && target.closest('button') === null;
}

/** Where Escape goes back to the canvas, or to the outline: from the form, and from results once nothing is typed there. */
function leavesForCanvas(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement) || useView.getState().page !== 'canvas') return false;
  if (target.closest('[data-testid="inspector"]')) return true;
  return target.closest('[data-testid="result-view"], [role="tablist"]') !== null && !isTyping(target);
}

/** Keys that belong to a focused control: the canvas only gets them when it has the focus. */
const controlKeys = /^(Tab|Space|(Shift\+)?Enter|Escape|Del|Backspace|Arrow\w+|Ctrl\+A)$/;

/** Listens for every shortcut, the clipboard, and the desktop's menu. Mount once. */
export function useKeyboard(): void {
  useEffect(() => {
    let prefix: { chord: string; at: number } | null = null;
    let spaceDown: { at: number; x: number; y: number } | null = null;

    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      // A character for a field: nothing need be looked for, which takes milliseconds with thousands of cards on the page.
      if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && isTyping(event.target)) {
        prefix = null;
        return;
      }
      if (document.querySelector('[role="dialog"][data-state="open"]:not([data-beside]), [role="menu"][data-state="open"], [role="listbox"][data-state="open"]')) {
        const chord = chordOf(event);
        if (chord !== 'Ctrl+K' && chord !== 'Ctrl+Shift+P') return;
      }
      const chord = chordOf(event);
      const after = prefix && event.timeStamp - prefix.at < sequenceTime ? prefix.chord : null;
      if (['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
      prefix = null;
      if (after === null && isPrefix(chord) && !isTyping(event.target)) {
        prefix = { chord, at: event.timeStamp };
        event.preventDefault();
        return;
      }
      const port = /^Shift\+?([1-9])$|^Digit([1-9])$/.exec(event.shiftKey && !event.ctrlKey && !event.altKey ? event.code : '');
      if (port && isCanvasFocus(event.target) && !isTyping(event.target)) {
        viewPort(Number(port[1] ?? port[2]) - 1);
        event.preventDefault();
        return;
      }
      if (chord === 'Space' && isCanvasFocus(event.target) && !isTyping(event.target)) {
        const pointer = lastPointer();
        if (!event.repeat) spaceDown = { at: event.timeStamp, ...pointer };
        event.preventDefault();
        return;
      }
      if (chord === 'Escape' && leavesForCanvas(event.target)) {
        event.preventDefault();
        returnFocus();
        return;
      }
      const id = actionFor(chord, after);
      if (id === null) return;
      const spec = actionTable[id];
      if (spec.native) return;
      if (spec.scope !== 'everywhere' && isTyping(event.target)) return;
      if (spec.scope === 'canvas') {
        if (useView.getState().page !== 'canvas') return;
        if (controlKeys.test(chord) && !isCanvasFocus(event.target)) return;
        // From the page as a whole, Tab goes on to its parts as everywhere; on the canvas it adds.
        if (chord === 'Tab' && event.target === document.body) return;
      }
      event.preventDefault();
      runAction(id);
    };

    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key !== ' ' || spaceDown === null) return;
      const pointer = lastPointer();
      const still = Math.hypot(pointer.x - spaceDown.x, pointer.y - spaceDown.y) < 4;
      if (still && event.timeStamp - spaceDown.at < tapTime) openQuickAdd('pointer');
      spaceDown = null;
    };

    const onCopy = (event: ClipboardEvent) => {
      if (isTyping(event.target) || !isCanvasFocus(event.target) || !window.getSelection()?.isCollapsed) return;
      const text = copySelection();
      if (text === null) return;
      event.clipboardData?.setData('text/plain', text);
      rememberCopied(text);
      event.preventDefault();
      if (event.type === 'cut') deleteSelection();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || !isCanvasFocus(event.target)) return;
      if (pasteText(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault();
    };

    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keyup', onKeyUp);
    document.addEventListener('copy', onCopy);
    document.addEventListener('cut', onCopy);
    document.addEventListener('paste', onPaste);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('keyup', onKeyUp);
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('cut', onCopy);
      document.removeEventListener('paste', onPaste);
    };
  }, []);

  useEffect(() => {
    desktop()?.onMenu((command) => {
      if (isActionId(command)) runAction(command);
    });
  }, []);
}
