import { PenstockError } from '#app/core/errors.ts';
import { refuseHostileKeys } from '#app/pipeline/parse.ts';
import { stableHash } from '#app/core/hash.ts';
import { reportSchema, reportVersion, type ReportDocument } from './document.ts';

/**
 * Text of a `*.report.json` file → report.
 * @throws PenstockError `report-not-json`, `report-newer`, `report-invalid` (with the place), `duplicate-id`, `document-forbidden-key`, `document-too-deep`.
 */
export function parseReport(text: string): ReportDocument {
  let raw: unknown;
  try {
    raw = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    throw new PenstockError('report-not-json', 'The report file is not complete JSON.', { remedy: 'Mend it in a text editor, or take an earlier version from git.', cause: error });
  }
  return readReport(raw);
}

/** As `parseReport`, for a value that is JSON already. */
export function readReport(raw: unknown): ReportDocument {
  refuseHostileKeys(raw, 'The report file');
  const version = (raw as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > reportVersion) {
    throw new PenstockError('report-newer', 'The report was made by a newer version of Penstock.', { remedy: 'Update Penstock to open it; the file was left as it is.' });
  }
  const read = reportSchema.safeParse(raw);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = (issue?.path ?? []).map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
    throw new PenstockError('report-invalid', `The report file is wrong at ${where || 'its top level'}: ${issue?.message ?? 'not a report'}.`, { remedy: 'Mend the file there, or take an earlier version from git.' });
  }
  const ids = new Set<string>();
  for (const { id } of read.data.blocks) {
    if (ids.has(id)) throw new PenstockError('duplicate-id', `The report file has two blocks with the id “${id}”.`, { remedy: 'Give one of them another id.' });
    ids.add(id);
  }
  return read.data;
}

/** Equal reports give equal bytes: keys in a fixed order, one field a line, places on one line, so that a git diff reads well. */
export function serialiseReport(report: ReportDocument): string {
  const { blocks, ...head } = report;
  const top = ordered(head, ['format', 'version', 'id', 'title', 'description', 'kind', 'theme', 'filter', 'pinned']).map(([key, value]) => `  ${JSON.stringify(key)}: ${inline(value)}`);
  const list = blocks.map((block) => {
    const fields = ordered(block, ['id', 'type', 'place', 'title', 'caption', 'source']).map(([key, value]) => `      ${JSON.stringify(key)}: ${inline(value)}`);
    return `    {\n${fields.join(',\n')}\n    }`;
  });
  return `{\n${[...top, `  "blocks": ${list.length === 0 ? '[]' : `[\n${list.join(',\n')}\n  ]`}`].join(',\n')}\n}\n`;
}

const hashes = new WeakMap<ReportDocument, string>();

/** Of its text. Reports are never changed in place. */
export function reportHash(report: ReportDocument): string {
  const known = hashes.get(report);
  if (known !== undefined) return known;
  const hash = stableHash(serialiseReport(report));
  hashes.set(report, hash);
  return hash;
}

function ordered(value: object, keys: readonly string[]): [string, unknown][] {
  const fields = new Map(Object.entries(value).filter(([, field]) => field !== undefined));
  const known = keys.flatMap((key): [string, unknown][] => (fields.has(key) ? [[key, fields.get(key)]] : []));
  return [...known, ...[...fields].filter(([key]) => !keys.includes(key)).toSorted(([a], [b]) => (a < b ? -1 : 1))];
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const members = ordered(value, ['x', 'y', 'w', 'h', 'path', 'pipeline', 'node', 'port', 'of', 'kind']).map(([key, member]) => `${JSON.stringify(key)}: ${inline(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
