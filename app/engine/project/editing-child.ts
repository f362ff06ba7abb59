import { setTimeout as pause } from 'node:timers/promises';
import { PenstockError } from '#app/core/errors.ts';
import { History } from '#app/pipeline/history.ts';
import { documentHash } from '#app/pipeline/journal.ts';
import { randomEdit, seeded } from '#app/pipeline/testing-edits.ts';
import { PipelineFiles } from './pipeline-files.ts';

/**
 * Started by the crash test, which kills it with SIGKILL: edits a pipeline without end. argv: project folder, pipeline, seed.
 * Says what it is about to hand over and what was answered: `try|ok <hash> <position> <hash after one undo>`.
 */
const [root = '', relative = '', seed = '1'] = process.argv.slice(2);
const random = seeded(Number(seed));
const files = new PipelineFiles(root);
const opened = await files.open(relative);
const history = new History(opened.document, opened.history, opened.position, Date.now, opened.forgotten);

function afterUndo(): string {
  const copy = new History(history.document, history.entries, history.position);
  copy.undo();
  return documentHash(copy.document);
}

const say = (word: string): void => void process.stdout.write(`${word} ${documentHash(history.document)} ${history.position} ${afterUndo()}\n`);

say('ok');
for (;;) {
  const chance = random();
  try {
    if (chance < 0.12) history.undo();
    else if (chance < 0.2) history.redo();
    else history.apply(randomEdit(history.document, random).command, random() < 0.3 ? { group: 'typing' } : {});
  } catch (error) {
    if (!(error instanceof PenstockError)) throw error;
    continue;
  }
  // Several edits may go over at once, as in the window.
  if (random() < 0.4) continue;
  const unsaved = history.unsaved();
  if (unsaved === null) continue;
  say('try');
  await files.append(relative, history.document, unsaved);
  history.markSaved(unsaved);
  say('ok');
  await pause(random() * 8);
}
