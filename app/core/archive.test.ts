import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkArchive, type ArchiveEntry } from './archive.ts';
import { PenstockError } from './errors.ts';

const entry = (fileName: string, more: Partial<ArchiveEntry> = {}): ArchiveEntry => ({ fileName, compressedSize: 10, uncompressedSize: 20, externalFileAttributes: 0, generalPurposeBitFlag: 0, ...more });
const codeOf = (...entries: readonly ArchiveEntry[]): string => {
  try {
    checkArchive('bundle.zip', entries);
    return 'let through';
  } catch (error) {
    if (!(error instanceof PenstockError)) throw error;
    expect(error.message).toMatch(/^“bundle\.zip” .*\.$/);
    return error.code;
  }
};

describe('archives from elsewhere, before a byte is written', () => {
  it.each(['../evil', 'a/../../evil', '..', 'a/..', '..\\evil', 'a\\..\\..\\evil'])('zip slip: %s', (name) => expect(codeOf(entry(name))).toBe('archive-name'));
  it.each(['/etc/passwd', '\\\\server\\share', 'C:\\evil', 'c:evil', '//a'])('absolute: %s', (name) => expect(codeOf(entry(name))).toBe('archive-name'));
  it.each(['a\0b', 'a\nb', 'tab\t'])('a control character: %j', (name) => expect(codeOf(entry(name))).toBe('archive-name'));
  it.each(['CON', 'nul.txt', 'a/aux/b', 'com1', 'LPT9.log', 'a./b', 'trailing ', 'x:stream', 'what?', 'a//b', './a', ''])('a name that Windows takes for something else: %j', (name) => expect(codeOf(entry(name))).toBe('archive-name'));

  it('a symbolic link', () => expect(codeOf(entry('link', { externalFileAttributes: (0o120777 << 16) >>> 0 }))).toBe('archive-link'));
  it('a device', () => expect(codeOf(entry('device', { externalFileAttributes: (0o020666 << 16) >>> 0 }))).toBe('archive-link'));
  it('an encrypted entry', () => expect(codeOf(entry('a', { generalPurposeBitFlag: 1 }))).toBe('archive-locked'));
  it.each([['a', 'a'], ['Model.onnx', 'model.ONNX'], ['é', 'e\u0301'], ['a', 'a/']])('a name twice: %j and %j', (one, two) => expect(codeOf(entry(one), entry(two))).toBe('archive-twice'));
  it('a bomb by ratio', () => expect(codeOf(entry('bomb', { compressedSize: 100_000, uncompressedSize: 100_000_000 }))).toBe('archive-too-large'));
  it('a bomb of many small parts', () => expect(codeOf(...Array.from({ length: 200 }, (_, i) => entry(`p${i}`, { compressedSize: 500, uncompressedSize: 500_000 })))).toBe('archive-too-large'));
  it('a bomb by total', () => expect(codeOf(...Array.from({ length: 10 }, (_, i) => entry(`p${i}`, { compressedSize: 5e8, uncompressedSize: 1e9 })))).toBe('archive-too-large'));
  it('too many entries', () => expect(codeOf(...Array.from({ length: 20_001 }, (_, i) => entry(`p${i}`)))).toBe('archive-too-large'));

  it('what archives usually hold is let through', () => {
    checkArchive('ok.zip', [entry('[Content_Types].xml'), entry('xl/'), entry('xl/worksheets/sheet1.xml', { externalFileAttributes: (0o100644 << 16) >>> 0 }), entry('größe.txt'), entry('a.b-c_d (1)/e.txt'), entry('console.txt')]);
  });

  it('no name that passes leads out of a folder', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('..', '.', 'a', 'C:', '/', '\\', '\0', ' ', 'nul'), { maxLength: 6 }), (parts) => {
        const name = parts.join('');
        if (codeOf(entry(name)) !== 'let through') return;
        const steps = name.split('/');
        expect(steps).not.toContain('..');
        expect(name).not.toMatch(/^[/\\]|^[A-Za-z]:|\0|\\/);
      }),
    );
  });
});
