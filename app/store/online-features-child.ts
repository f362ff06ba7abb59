import { OnlineFeatures } from './online-features.ts';

/** Another process that looks the last key up again and again while the rows are replaced: started by online-features.test.ts. */
const reader = new OnlineFeatures(process.argv[2] ?? '');
const counts = { missing: 0, backwards: 0, seen: 0 };
let before = -1;
let isStopping = false;
process.on('message', () => {
  isStopping = true;
});

function look(): void {
  for (let i = 0; i < 20; i += 1) {
    // As of long ago: the rows are not past their time to live then.
    const found = reader.lookup('shops', 1, { country: 'NO', shop: 199 }, 0);
    if (found === null) counts.missing += 1;
    const now = Number(found?.values['sold'] ?? -1);
    if (now < before) counts.backwards += 1;
    before = now;
    counts.seen += 1;
  }
  if (!isStopping) setImmediate(look);
  else {
    process.send?.(counts);
    reader.close();
    process.disconnect();
  }
}

process.send?.(counts);
look();
