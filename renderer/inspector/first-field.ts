const editable = ':is(input, button, textarea, [contenteditable="true"]):not(:disabled)';
/** What a value is set with, before the buttons that move or remove a row. */
const settable = ':is(input, textarea, [contenteditable="true"], [role="combobox"], [aria-haspopup]):not(:disabled)';

/** Where the first param of a form is set; null while its editor is not loaded, or where the form has no params. */
export function firstField(form: Element): HTMLElement | null {
  const param = form.querySelector('[data-testid^="param-"]');
  return param?.querySelector<HTMLElement>(settable) ?? param?.querySelector<HTMLElement>(editable) ?? null;
}

/** Whatever can be edited first in a form without params. */
export const firstEditable = (form: Element): HTMLElement | null => (form.querySelector('[data-testid^="param-"]') === null ? form.querySelector<HTMLElement>(editable) : null);
