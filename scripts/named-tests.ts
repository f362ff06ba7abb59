import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Tables in the documents that name tests (docs/attacks/*.md, docs/trust.md): a column headed `Test` whose cells hold
 * `path/to/file.test.ts › name of the test`: several as code spans, or parted by `<br>`. A `…` in a name stands for what the test puts in. What a document promises is only worth something while
 * the test that shows it exists; `scripts/named-tests.test.ts` sees to that.
 */

export interface NamedTest {
  /** Of the repository. */
  readonly file: string;
  /** Titles of describes may come first: each must stand in the file. */
  readonly titles: readonly string[];
}

export interface NamedRow {
  readonly document: string;
  readonly line: number;
  /** The first cell: the attempt or fault. */
  readonly subject: string;
  readonly tests: readonly NamedTest[];
}

/** Cells of a line of a Markdown table, or null where it is none. `\|` is a bar in a cell. */
function cellsOf(line: string): string[] | null {
  const text = line.trim();
  if (!text.startsWith('|') || !text.endsWith('|') || text.length < 2) return null;
  return text.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim());
}

const isRule = (cells: readonly string[]): boolean => cells.every((cell) => /^:?-+:?$/.test(cell));

/** A cell's tests: its code spans, else its lines. */
function parts(cell: string): string[] {
  const spans = [...cell.matchAll(/`([^`]* › [^`]*)`/g)].map(([, span = '']) => span);
  return spans.length > 0 ? spans : cell.split(/<br\s*\/?>/);
}

function namedTest(text: string): NamedTest {
  const [file = '', ...titles] = text.replaceAll('`', '').split(' › ').map((part) => part.trim());
  return { file, titles };
}

/** Rows of all tables of a Markdown text that have a column `Test`. */
export function namedRows(markdown: string, document: string): NamedRow[] {
  const rows: NamedRow[] = [];
  let column = -1;
  for (const [index, line] of markdown.split(/\r?\n/).entries()) {
    const cells = cellsOf(line);
    if (cells === null) column = -1;
    else if (column === -1) column = cells.findIndex((cell) => /^tests?$/i.test(cell));
    else if (!isRule(cells)) {
      const tests = parts(cells[column] ?? '').map((text) => text.trim()).filter((text) => text !== '').map(namedTest);
      rows.push({ document, line: index + 1, subject: cells[0] ?? '', tests });
    }
  }
  return rows;
}

/** Whether a title is written in the source as the first argument of a call: `it('title', …`, `describe.each(…)("title", …`. */
export function holdsTitle(source: string, title: string): boolean {
  return (["'", '"', '`'] as const).some((quote) => {
    const written = title.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
    const pattern = written.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join(`(?:\\$\\{[^${quote}\\n]*\\}|%\\w|…)`);
    return new RegExp(String.raw`\(\s*${quote}${pattern}${quote},`).test(source);
  });
}

/** What is wrong with the rows, a sentence each; `root` is the repository. */
export function namedTestProblems(rows: readonly NamedRow[], root: string): string[] {
  const sources = new Map<string, string | null>();
  const sourceOf = (file: string): string | null => {
    let text = sources.get(file);
    if (text === undefined) {
      const place = path.join(root, file);
      text = existsSync(place) ? readFileSync(place, 'utf8') : null;
      sources.set(file, text);
    }
    return text;
  };
  return rows.flatMap(({ document, line, subject, tests }) => {
    const at = `${document}:${line} (${subject})`;
    if (tests.length === 0) return [`${at} names no test.`];
    return tests.flatMap(({ file, titles }) => {
      if (!/\.(?:test|spec)\.tsx?$/.test(file)) return [`${at}: “${file}” is no test file.`];
      const source = sourceOf(file);
      if (source === null) return [`${at}: there is no file ${file}.`];
      if (titles.length === 0) return [`${at}: ${file} is named without a test in it.`];
      return titles.filter((title) => !holdsTitle(source, title)).map((title) => `${at}: ${file} has no test “${title}”.`);
    });
  });
}

/** Subjects that stand in two rows. */
export function repeatedSubjects(rows: readonly NamedRow[]): string[] {
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  const seen = new Map<string, NamedRow>();
  return rows.flatMap((row) => {
    const earlier = seen.get(plain(row.subject));
    if (earlier === undefined) {
      seen.set(plain(row.subject), row);
      return [];
    }
    return [`${row.document}:${row.line} repeats ${earlier.document}:${earlier.line} (${row.subject}).`];
  });
}

/** The attempts of docs/attacks/*.md. */
export function attackRows(root: string): NamedRow[] {
  const folder = path.join(root, 'docs', 'attacks');
  const files = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md').sort();
  return files.flatMap((name) => namedRows(readFileSync(path.join(folder, name), 'utf8'), `docs/attacks/${name}`));
}
