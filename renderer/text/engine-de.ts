import type { SentencePair } from './templates.ts';

type File = Readonly<Record<string, string>>;

/** Sentences of the engine in German, by what they are about. A chunk of its own: an English page never loads it. */
const files = import.meta.glob<File>('./engine-de/*.json', { eager: true, import: 'default' });

const pairsOf = (isWanted: (name: string) => boolean): readonly SentencePair[] => Object.entries(files).flatMap(([path, file]) => (isWanted(path.replace(/^.*\//, '')) ? Object.entries(file) : []));

export const germanSentences = pairsOf((name) => name !== 'reports.json');

/**
 * Titles, notes and explanations in reports, which stand among names from the data: these are looked for there and nowhere else, and
 * what is put into them stays as it is save for `{0:words}`.
 */
export const germanReports = pairsOf((name) => name === 'reports.json' || name === 'metrics.json').map(([english, german]): SentencePair => [english, german.replace(/\{(\d+)\}/g, '{$1:name}')]);
