import { z } from 'zod';
import { base } from '../base.ts';

const kind = z.enum(['pipeline', 'report', 'component']);
const trashed = z.string().max(300);

/** Of what was deleted: the name by which `trash.restore` brings it back. */
export const trashedAnswer = z.object({ trashed });

/** What was deleted from the project. */
export const trashContract = {
  /** Newest first; the last thirty. */
  list: base.output(z.array(z.object({ trashed, kind, title: z.string(), at: z.number() }))),
  /** For good: it cannot be restored any more. */
  remove: base.input(z.object({ trashed })).output(z.object({})),
  /** For good, and also what is not listed any more. `removed`: how many there were. */
  empty: base.output(z.object({ removed: z.int() })),
  /** With its undo steps. `path`: where it is now, for another may have its name. */
  restore: base.input(z.object({ trashed })).output(z.object({ kind, path: z.string() })),
};
