import { create } from 'zustand';
import type { Severity } from '#app/core/errors.ts';
import { told } from '../text/told.ts';

export interface Notice {
  readonly id: number;
  readonly severity: Severity;
  readonly message: string;
  readonly remedy?: string | undefined;
  /** What it offers is of this one thing, whatever is done meanwhile: it stays until it can have been read and reached. */
  readonly lasting?: true;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

/** Short messages at the bottom of the canvas: what happened and what to do. */
export const useNotices = create<{ readonly notices: readonly Notice[] }>(() => ({ notices: [] }));

let nextId = 1;
const shownFor: Readonly<Record<Severity, number>> = { info: 4000, warning: 7000, error: 10_000 };

export function notify(notice: Omit<Notice, 'id'>): void {
  const id = nextId++;
  const { severity, action, lasting } = notice;
  // Of the pipeline's own functions in the page, which speak as the engine does.
  const message = told(notice.message);
  const remedy = notice.remedy === undefined ? undefined : told(notice.remedy);
  useNotices.setState((state) => ({
    notices: [...state.notices.filter((other) => other.message !== message), { id, severity, message, remedy, action }].slice(-3),
  }));
  setTimeout(() => dismissNotice(id), lasting === true ? 10_000 : shownFor[severity]);
}

export function dismissNotice(id: number): void {
  useNotices.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));
}
