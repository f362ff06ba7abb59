import { create } from 'zustand';

interface AskedColumn {
  /** A column that somebody wants to see: its table brings it into view and marks its header. A new object for every asking. */
  readonly asked: { readonly nodeId: string; readonly port: string; readonly column: string } | null;
}

export const useAskedColumn = create<AskedColumn>(() => ({ asked: null }));
