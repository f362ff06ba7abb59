import { documentReaders } from './documents.ts';
import { modelReaders } from './models.ts';
import { tableReaders } from './tables.ts';
import { wireReaders } from './wire.ts';
import type { Reader } from './reader.ts';

export const readers: readonly Reader[] = [...tableReaders, ...modelReaders, ...documentReaders, ...wireReaders];
