import type { SentencePair } from './templates.ts';

/** Sentences of the engine in German, by what they are about. A chunk of its own: an English page never loads it. */
const files = import.meta.glob<Readonly<Record<string, string>>>('./engine-de/*.json', { eager: true, import: 'default' });

export const germanSentences: readonly SentencePair[] = Object.values(files).flatMap((file) => Object.entries(file));
