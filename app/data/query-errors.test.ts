import { describe, expect, it } from 'vitest';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import { isDiskFull } from './parquet.ts';
import { toQueryError } from './query-errors.ts';

const context = { memoryLimit: '1.0 GiB', tempDir: '/project/temp' };
const from = (text: string) => toQueryError(new Error(text), context);

describe('what DuckDB says, in our words', () => {
  it('a full disk names the file, or the temporary folder', () => {
    const file = from('IO Error: Could not write file "/project/a.parquet": No space left on device');
    expect(file).toMatchObject({ code: 'disk-full', message: 'The disk is full: /project/a.parquet could not be written.', place: { file: '/project/a.parquet' } });
    const spill = from('Out of Memory Error: failed to offload data block of size 256.0 KiB (1.0 GiB/1.0 GiB used).\nThis limit was set by the \'max_temp_directory_size\' setting.');
    expect(spill).toMatchObject({ code: 'disk-full', place: { file: '/project/temp' } });
    expect(isDiskFull(Object.assign(new Error('write'), { code: 'ENOSPC' }))).toBe(true);
    expect(isDiskFull(new Error('IO Error: something else'))).toBe(false);
  });

  it('memory, cancelling, missing and denied files', () => {
    expect(from('Out of Memory Error: could not allocate block of size 1.0 GiB')).toMatchObject({ code: 'out-of-memory', message: expect.stringContaining('1.0 GiB') });
    expect(from('INTERRUPT Error: Interrupted!')).toBeInstanceOf(CancelledError);
    expect(from('IO Error: No files found that match the pattern "/a/b.parquet"')).toMatchObject({ code: 'file-missing', place: { file: '/a/b.parquet' } });
    expect(from('IO Error: Cannot open file "/a/b.parquet": Permission denied')).toMatchObject({ code: 'file-denied' });
  });

  it('a value that cannot be converted, and everything else in one line', () => {
    expect(from("Conversion Error: Could not convert string 'x' to INT64\n\nLINE 1: select …")).toMatchObject({
      code: 'bad-value',
      message: "A value could not be converted: Could not convert string 'x' to INT64.",
    });
    const unknown = from('Binder Error: Referenced column "a" not found\nLINE 1: …');
    expect(unknown).toMatchObject({ code: 'query-failed', message: 'The query failed: Referenced column "a" not found.' });
    const own = new PenstockError('csv-ragged', 'ragged');
    expect(toQueryError(own, context)).toBe(own);
  });
});
