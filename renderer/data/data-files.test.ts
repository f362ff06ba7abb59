import { expect, it } from 'vitest';
import { crumbs, extensionOf, isReadable, parentOf } from './data-files.ts';

it('knows which files can be read', () => {
  expect(['a.csv', 'B.PARQUET', 'notes.md', '.csv', 'csv'].map(isReadable)).toEqual([true, true, false, false, false]);
  expect(extensionOf('a.tar.gz')).toBe('gz');
});

it('walks up and down folders', () => {
  expect(parentOf('data/2026')).toBe('data');
  expect(parentOf('data')).toBe('');
  expect(crumbs('data/2026', 'churn')).toEqual([
    { name: 'churn', folder: '' },
    { name: 'data', folder: 'data' },
    { name: '2026', folder: 'data/2026' },
  ]);
  expect(crumbs('', 'churn')).toHaveLength(1);
});
