import path from 'node:path';

/** Where what belongs to a document of the project lies: its journal, its last good text, its timeline. `relative`: the document, with `/` or the system's separators. */
export function journalPath(root: string, relative: string, suffix: 'jsonl' | 'last-good.json' | 'timeline.jsonl'): string {
  const flat = path.normalize(relative).replaceAll('%', '%25').replaceAll(/[\\/]/g, '%2F');
  return path.join(root, 'journals', `${flat}.${suffix}`);
}
