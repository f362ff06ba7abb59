import { posix } from 'node:path';
import { excelError, type ExcelZip } from './excel-zip.ts';

/** What a style says of a number: nothing, or that it counts days. */
export type DateStyle = 'date' | 'time' | 'timestamp' | null;

export interface Workbook {
  readonly sheets: readonly { readonly name: string; readonly part: string; readonly hidden: boolean }[];
  readonly date1904: boolean;
  /** By cell style. */
  readonly styles: readonly DateStyle[];
}

const rid = (attributes: Readonly<Record<string, string>>): string => Object.entries(attributes).find(([name]) => name === 'id' || name.endsWith(':id'))?.[1] ?? '';

/** @throws PenstockError `excel-damaged`, `excel-format` for a zip that is no workbook. */
export async function readWorkbook(zip: ExcelZip): Promise<Workbook> {
  const part = await officePart(zip);
  const targets = await relations(zip, part);
  const sheets: { name: string; part: string; hidden: boolean }[] = [];
  let date1904 = false;
  await zip.parse(part, {
    open(name, attributes) {
      if (name === 'workbookPr') date1904 = attributes['date1904'] === '1' || attributes['date1904'] === 'true';
      if (name !== 'sheet') return;
      const target = targets.byId.get(rid(attributes));
      // Chart sheets hold no cells.
      if (target?.type.endsWith('/worksheet') === true) sheets.push({ name: attributes['name'] ?? '', part: target.part, hidden: (attributes['state'] ?? 'visible') !== 'visible' });
    },
    close() {},
  });
  if (sheets.length === 0) throw excelError('excel-format', zip.path, 'the workbook has no sheet with cells', 'Choose another workbook.');
  const styles = targets.parts.find(({ type }) => type.endsWith('/styles'));
  return { sheets, date1904, styles: styles === undefined || !zip.has(styles.part) ? [] : await readStyles(zip, styles.part) };
}

/** The part with the texts that cells share, or null. */
export async function sharedStringsPart(zip: ExcelZip): Promise<string | null> {
  const { parts } = await relations(zip, await officePart(zip));
  const part = parts.find(({ type }) => type.endsWith('/sharedStrings'))?.part;
  return part !== undefined && zip.has(part) ? part : null;
}

async function officePart(zip: ExcelZip): Promise<string> {
  if (!zip.has('_rels/.rels')) throw excelError('excel-format', zip.path, 'this is a zip file, but not an Excel workbook', 'Choose an .xlsx file.');
  const { parts } = await relations(zip, '');
  const part = parts.find(({ type }) => type.endsWith('/officeDocument'))?.part;
  if (part === undefined || !zip.has(part)) throw excelError('excel-format', zip.path, 'this is not an Excel workbook', 'Choose an .xlsx file.');
  if (part.endsWith('.bin')) throw excelError('excel-old', zip.path, 'this is a binary workbook (.xlsb)', 'Save it as .xlsx.');
  if (!part.startsWith('xl/')) throw excelError('excel-format', zip.path, 'this is another kind of Office document', 'Choose an .xlsx file.');
  return part;
}

interface Target {
  readonly type: string;
  readonly part: string;
}

async function relations(zip: ExcelZip, of: string): Promise<{ byId: ReadonlyMap<string, Target>; parts: readonly Target[] }> {
  const folder = posix.dirname(of);
  const file = of === '' ? '_rels/.rels' : posix.join(folder, '_rels', `${posix.basename(of)}.rels`);
  const byId = new Map<string, Target>();
  if (!zip.has(file)) return { byId, parts: [] };
  await zip.parse(file, {
    open(name, attributes) {
      if (name !== 'Relationship' || attributes['TargetMode'] === 'External') return;
      const target = attributes['Target'] ?? '';
      byId.set(attributes['Id'] ?? '', { type: attributes['Type'] ?? '', part: target.startsWith('/') ? target.slice(1) : posix.join(of === '' ? '' : folder, target) });
    },
    close() {},
  });
  return { byId, parts: [...byId.values()] };
}

/** ECMA-376 part 1, 18.8.30: built-in formats that are dates or times; 27 to 36 and 50 to 58 are dates of East Asian locales. */
function builtIn(id: number): DateStyle {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58)) return 'date';
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47)) return 'time';
  return id === 22 ? 'timestamp' : null;
}

/** What a custom number format shows. Quoted text, colours, conditions and escaped letters do not count. */
export function dateStyleOf(format: string): DateStyle {
  const first = format.split(';')[0] ?? '';
  const bare = first
    .replace(/"[^"]*"/g, '')
    .replace(/\\./g, '')
    .replace(/[_*]./g, '')
    .replace(/\[(h+|m+|s+)\]/gi, '$1')
    .replace(/\[[^\]]*\]/g, '')
    .toLowerCase();
  if (/general|[0#?](?![^a-z]*$)/.test(bare) && !/[ymdhs]/.test(bare.replace('general', ''))) return null;
  const time = /[hs]/.test(bare);
  const date = /[yd]/.test(bare) || (/m/.test(bare) && !time);
  if (date) return time ? 'timestamp' : 'date';
  return time ? 'time' : null;
}

async function readStyles(zip: ExcelZip, part: string): Promise<DateStyle[]> {
  const custom = new Map<number, string>();
  const styles: DateStyle[] = [];
  let inCells = false;
  await zip.parse(part, {
    open(name, attributes) {
      if (name === 'numFmt') custom.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
      else if (name === 'cellXfs') inCells = true;
      else if (name === 'xf' && inCells) {
        const id = Number(attributes['numFmtId'] ?? 0);
        const format = custom.get(id);
        styles.push(format === undefined ? builtIn(id) : dateStyleOf(format));
      }
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return styles;
}
