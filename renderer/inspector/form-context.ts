import { createContext, useContext } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import type { Path } from './form-model.ts';

export interface FormContext {
  readonly nodeId: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Columns at an input port (by default the first table input); null while unknown. */
  columns(from: string | undefined): Schema | null;
  /** Whether anything is connected there. */
  isConnected(from: string | undefined): boolean;
  change(path: Path, value: unknown, title: string): void;
  /** Inside a subflow: whether it shows a param as its own, and the other way round. */
  readonly outside?: { isShown(param: string): boolean; toggle(param: string, title: string): void };
}

const Context = createContext<FormContext | null>(null);
export const FormProvider = Context.Provider;

export function useForm(): FormContext {
  const form = useContext(Context);
  if (!form) throw new Error('A form control is used outside a form.');
  return form;
}

const startsWith = (path: Path, prefix: Path): boolean => prefix.every((part, index) => path[index] === part);

/** Diagnostics to show at a field: those at its path, and for a field without parts of its own also those within. */
export function diagnosticsAt(diagnostics: readonly Diagnostic[], path: Path, hasParts: boolean): readonly Diagnostic[] {
  return diagnostics.filter((item) => {
    const at = item.place?.param;
    if (!at || at.length === 0) return false;
    return hasParts ? at.length === path.length && startsWith(at, path) : startsWith(at, path);
  });
}
