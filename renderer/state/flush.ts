import { flushReport } from '../reports/report-store.ts';
import { flushBrief } from './brief.ts';
import { flushEdits } from './pipeline.ts';

/** Saves what was edited and is not saved yet, in whichever document: before the page goes. */
export async function flushAll(): Promise<void> {
  await Promise.all([flushEdits(), flushReport(), flushBrief()]);
}
