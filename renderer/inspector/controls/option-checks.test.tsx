// @vitest-environment jsdom
import { act, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it } from 'vitest';
import { OptionChecks } from './option-checks.tsx';

it('gives what is chosen in the order in which it is offered', () => {
  // React's act() wants this said.
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  const box = document.createElement('div');
  document.body.append(box);
  const root = createRoot(box);
  const changes: unknown[] = [];
  function Held() {
    const [values, setValues] = useState<readonly unknown[]>(['days', 'year']);
    return <OptionChecks id="parts" title="Parts" options={['year', 'month-cycle', 'days']} labels={{ 'month-cycle': 'month as a cycle' }} values={values} change={(next) => (changes.push(next), setValues(next))} />;
  }
  act(() => root.render(<Held />));
  const checks = [...box.querySelectorAll<HTMLElement>('[role="checkbox"]')];
  expect(checks.map((check) => [check.getAttribute('aria-label'), check.getAttribute('aria-checked')])).toEqual([['Year', 'true'], ['month as a cycle', 'false'], ['Days', 'true']]);
  act(() => checks[1]?.click());
  act(() => checks[0]?.click());
  expect(changes).toEqual([['year', 'month-cycle', 'days'], ['month-cycle', 'days']]);
  act(() => root.unmount());
  box.remove();
});
