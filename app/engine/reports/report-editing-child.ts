import { setTimeout as pause } from 'node:timers/promises';
import { seeded } from '#app/pipeline/testing-edits.ts';
import { reportHash } from '#app/reports/parse.ts';
import { ReportHistory } from '#app/reports/report-history.ts';
import { randomReportEdit } from '#app/reports/testing-edits.ts';
import { ReportFiles } from './report-files.ts';

/**
 * Started by the crash test, which kills it with SIGKILL: edits a report without end. argv: project folder, report, seed.
 * Says what it is about to hand over and what was answered: `try|ok <hash> <hash after one undo>`.
 */
const [root = '', relative = '', seed = '1'] = process.argv.slice(2);
const random = seeded(Number(seed));
const files = new ReportFiles(root);
const { report, version, ...earlier } = await files.open(relative);
const history = new ReportHistory(report, earlier);
let taken = version;

function say(word: string): void {
  const copy = new ReportHistory(history.report, { history: history.entries, position: history.position, forgotten: 0 });
  copy.undo();
  process.stdout.write(`${word} ${reportHash(history.report)} ${reportHash(copy.report)}\n`);
}

say('ok');
for (;;) {
  const chance = random();
  if (chance < 0.12) history.undo();
  else if (chance < 0.2) history.redo();
  else {
    const { command, ...options } = randomReportEdit(history.report, random);
    history.apply(command, random() < 0.3 ? options : {});
  }
  // Several edits may go over at once, as in the window.
  if (random() < 0.4) continue;
  const unsaved = history.unsaved();
  if (unsaved === null) continue;
  say('try');
  ({ version: taken } = await files.save(relative, history.report, { ...unsaved, after: [taken] }));
  history.markSaved(unsaved);
  say('ok');
  await pause(random() * 8);
}
