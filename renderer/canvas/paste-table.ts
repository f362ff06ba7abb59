import { parsePasted, type GridTable } from '#app/sdk/grid.ts';
import { withPasted } from '../inspector/controls/grid-editor-model.ts';

/** Of a Table Creator; more belongs in a file. */
export const maxPastedCells = 500_000;

const separators = ['\t', ';', ','] as const;

/** Text that a spreadsheet, or a file of values, left on the clipboard, as a table; null where it is prose or a single cell. */
export function tableFromText(text: string): GridTable | null {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n+$/, '');
  if (lines.trim() === '') return null;
  const separator = separators.find((mark) => isRegular(lines, mark));
  if (separator === undefined) return null;
  const block = parsePasted(separator === '\t' ? lines : asTabs(lines, separator)).filter((row) => row.some((cell) => cell.trim() !== ''));
  return block.length === 0 ? null : withPasted({ columns: [], rows: [] }, { row: 0, column: 0 }, block);
}

/** Several cells a row; of commas, which prose has too, the same number in each of several rows and few words in a cell. */
function isRegular(text: string, mark: string): boolean {
  const rows = text.split('\n').filter((line) => line.trim() !== '');
  if (mark === '\t') return rows.every((row) => row.includes('\t')) || (rows.length > 1 && text.includes('\t'));
  const counts = rows.map((row) => row.replaceAll(/"[^"]*"/g, '').split(mark).length);
  if (rows.length < 2 || (counts[0] ?? 0) < 2 || counts.some((count) => count !== counts[0])) return false;
  return rows.every((row) => row.split(mark).every((cell) => cell.trim().split(/\s+/).length <= 8));
}

/** Cells in quotes may hold the separator and line breaks. */
function asTabs(text: string, mark: string): string {
  let quoted = false;
  let result = '';
  for (const letter of text) {
    if (letter === '"') quoted = !quoted;
    result += letter === mark && !quoted ? '\t' : letter;
  }
  return result;
}
