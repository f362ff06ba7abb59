import { createContext, useContext } from 'react';
import type { BlockSource } from '#app/reports/document.ts';

/** The port that the charts below are of, so that they can be put on a report; null where there is none. */
export const ReportSource = createContext<BlockSource | null>(null);

export const useReportSource = (): BlockSource | null => useContext(ReportSource);
