import { texts } from '../text/texts.ts';

/** Opens the browser's print dialog on a page of its own, where “Save as PDF” is one of the printers. */
export async function printHtml(html: string): Promise<void> {
  const frame = document.createElement('iframe');
  frame.title = texts.reports.print;
  frame.style.cssText = 'position:fixed;inset:auto 0 0 auto;width:1132px;height:1px;opacity:0;border:0;pointer-events:none';
  // No script runs in it, and it may still be printed from here.
  frame.sandbox.add('allow-same-origin', 'allow-modals');
  const ready = new Promise<void>((resolve) => frame.addEventListener('load', () => resolve(), { once: true }));
  frame.srcdoc = html;
  document.body.append(frame);
  await ready;
  const inside = frame.contentWindow;
  inside?.addEventListener('afterprint', () => setTimeout(() => frame.remove()), { once: true });
  inside?.focus();
  inside?.print();
}
