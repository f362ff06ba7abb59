// @vitest-environment jsdom
import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, it, vi } from 'vitest';
import { permissionsOf, type Role } from '#app/access/roles.ts';
import { Button, IconButton, Lockable, Menu, Select, Switch, TooltipProvider, WhyLocked, useMay, usePermissions } from './index.ts';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
const signIn = (role: Role | null): void => usePermissions.setState({ permissions: role === null ? null : permissionsOf(role) });
let unmount: () => void = () => undefined;
afterEach(() => {
  unmount();
  signIn(null);
});

function show(content: ReactNode): HTMLElement {
  const box = document.createElement('div');
  document.body.append(box);
  const root = createRoot(box);
  act(() => root.render(<TooltipProvider>{content}</TooltipProvider>));
  unmount = () => {
    act(() => root.unmount());
    box.remove();
  };
  return box;
}

const press = (element: Element): void =>
  act(() => {
    element.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  });

it.each([
  ['viewer', false],
  ['analyst', true],
] as const)('a menu that edits, for a %s: opens %s', (role, opens) => {
  signIn(role);
  const box = show(<Menu trigger={<Button needs="edit">From a run…</Button>} items={[{ id: 'one', label: 'The one run', onSelect: () => undefined }]} />);
  const trigger = box.querySelector('button');
  expect(trigger?.getAttribute('aria-disabled')).toBe(opens ? null : 'true');
  act(() => trigger?.dispatchEvent(new MouseEvent('pointerdown', { bubbles: true, button: 0 })));
  expect(document.body.textContent?.includes('The one run')).toBe(opens);
});

it.each([
  ['viewer', 'edit'],
  ['viewer', 'operate'],
  ['analyst', 'operate'],
  ['analyst', 'admin'],
  ['operator', 'admin'],
] as const)('what a %s may not do (%s) takes no click and keeps the focus, so that the reason can be read', (role, needs) => {
  signIn(role);
  const done = vi.fn();
  const box = show(
    <>
      <Button needs={needs} onClick={done}>One</Button>
      <IconButton needs={needs} label="Two" onClick={done}>2</IconButton>
    </>,
  );
  for (const button of box.querySelectorAll('button')) {
    press(button);
    expect([button.disabled, button.getAttribute('aria-disabled')]).toEqual([false, 'true']);
    act(() => button.focus());
    expect(document.activeElement).toBe(button);
  }
  expect(done).not.toHaveBeenCalled();
});

it('fields in one place are all disabled, with the reason above them, and enabled where the role is raised', () => {
  function Fields() {
    const why = useMay('edit');
    return (
      <Lockable why={why}>
        <WhyLocked why={why} />
        <input aria-label="name" />
        <Switch label="on" checked onChange={() => undefined} />
        <Select label="which" value="a" items={[{ value: 'a', label: 'A' }]} onChange={() => undefined} />
      </Lockable>
    );
  }
  signIn('viewer');
  const box = show(<Fields />);
  const controls = (): Element[] => [...box.querySelectorAll('input, button')];
  expect(controls().length).toBe(3);
  expect(controls().every((one) => one.matches(':disabled'))).toBe(true);
  expect(box.textContent).toContain('As a viewer you can look, not change.');
  act(() => signIn('analyst'));
  expect(controls().some((one) => one.matches(':disabled'))).toBe(false);
  expect(box.textContent).not.toContain('As a viewer');
});
