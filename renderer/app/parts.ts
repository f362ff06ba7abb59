/** The parts of the window, in the order that the key goes round them, and what in each takes the focus first. */
const parts: readonly { readonly part: string; readonly first: string }[] = [
  { part: 'header', first: 'button:not(:disabled)' },
  { part: 'nav[aria-label]', first: '[aria-current="page"]' },
  { part: '#panel-catalogue', first: '[role="treeitem"][tabindex="0"], [data-testid="catalogue-search"], [aria-current="step"]' },
  { part: '[data-testid="canvas"]', first: '' },
  { part: '[role="tablist"]:has([data-testid^="results-tab"], [data-testid="pinned-tab"])', first: '[role="tab"][aria-selected="true"]' },
  { part: '[data-testid="result-view"]', first: '[role="grid"]' },
  { part: '[data-testid="inspector"]', first: '[role="tab"][aria-selected="true"]' },
  { part: 'main:not([inert]):not([aria-label="Pipeline"])', first: '' },
];

const focusable = 'button:not(:disabled), input:not(:disabled), textarea:not(:disabled), a[href], [tabindex="0"]';

/** Goes to the next or the previous part that is shown. */
export function goToPart(step: 1 | -1): void {
  const shown = parts.flatMap(({ part, first }) => {
    const element = [...document.querySelectorAll<HTMLElement>(part)].find((candidate) => candidate.closest('[inert]') === null && candidate.getClientRects().length > 0);
    return element ? [{ element, first }] : [];
  });
  const at = shown.findIndex(({ element }) => element.contains(document.activeElement));
  for (let turn = 1; turn <= shown.length; turn++) {
    const next = shown[(((at < 0 ? -1 : at) + turn * step) % shown.length + shown.length) % shown.length];
    if (next && takeFocus(next.element, next.first)) return;
  }
}

function takeFocus(part: HTMLElement, first: string): boolean {
  const target = (first === '' ? null : part.querySelector<HTMLElement>(first)) ?? (part.tabIndex >= 0 ? part : part.querySelector<HTMLElement>(focusable));
  target?.focus({ preventScroll: true });
  return target !== null && part.contains(document.activeElement);
}
