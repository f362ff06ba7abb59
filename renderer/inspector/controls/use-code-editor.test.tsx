// @vitest-environment jsdom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, it } from 'vitest';
import { permissionsOf, type Role } from '#app/access/roles.ts';
import { usePermissions } from '../../ui/index.ts';
import { useCodeEditor } from './use-code-editor.ts';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
const signIn = (role: Role | null): void => usePermissions.setState({ permissions: role === null ? null : permissionsOf(role) });
afterEach(() => signIn(null));

it('can be read and not written by a viewer, and written once the role is raised', () => {
  const box = document.createElement('div');
  document.body.append(box);
  const root = createRoot(box);
  function Shown() {
    const { host } = useCodeEditor({ id: 'code', label: 'Code', value: 'return 1;', indents: true, extensions: () => [], onChange: () => undefined });
    return <div ref={host} />;
  }
  signIn('viewer');
  act(() => root.render(<Shown />));
  const text = (): Record<string, string | null | undefined> => {
    const content = box.querySelector('.cm-content');
    return { editable: content?.getAttribute('contenteditable'), readOnly: content?.getAttribute('aria-readonly'), tab: content?.getAttribute('tabindex'), text: content?.textContent };
  };
  expect(text()).toEqual({ editable: 'false', readOnly: 'true', tab: '0', text: 'return 1;' });
  act(() => signIn('analyst'));
  expect(text()).toMatchObject({ editable: 'true', readOnly: null });
  act(() => signIn('viewer'));
  expect(text()).toMatchObject({ editable: 'false' });
  act(() => root.unmount());
  box.remove();
});
