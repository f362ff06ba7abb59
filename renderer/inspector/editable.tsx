import type { ReactNode } from 'react';
import { useWhyNotEdit } from '../state/editing.ts';
import { Lockable, WhyLocked } from '../ui/index.ts';

/** Fields and buttons that change the pipeline on the canvas: disabled where it may not be changed. */
export function Editable({ className, children }: { readonly className?: string; readonly children: ReactNode }) {
  return (
    <Lockable why={useWhyNotEdit()} {...(className === undefined ? {} : { className })}>
      {children}
    </Lockable>
  );
}

/** Says once, above them, why they are grey. */
export function LookOnly() {
  return <WhyLocked why={useWhyNotEdit()} />;
}
