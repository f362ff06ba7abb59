import { PenstockError } from '#app/core/errors.ts';
import { sha256Hex } from '#app/core/hash.ts';
import { formatBytes } from '#app/core/units.ts';
import { escapeMarkup as escaped } from '../chart/svg.ts';
import type { ReportDocument } from '../document.ts';
import { bands } from '../layout.ts';
import type { Origin, ResolvedBlock } from '../resolved.ts';
import { blockHtml, pageWidths } from './blocks.ts';
import { dashboardScript } from './script.ts';
import { reportStyle } from './style.ts';
import { pageWords, type PageWords } from './words.ts';

export interface PageOptions {
  /** Unix ms, as people are to read it. */
  readonly madeAt: string;
  /** Moment of a run as people are to read it. */
  readonly moment: (at: number) => string;
  /** What could not be kept in the file, a sentence each. */
  readonly notes: readonly string[];
  /** English without. */
  readonly words?: PageWords;
}

/** The whole report in one file: nothing is loaded from elsewhere, and its policy forbids it. */
export function reportHtml(report: ReportDocument, blocks: readonly ResolvedBlock[], options: PageOptions): string {
  const interactive = report.kind === 'dashboard';
  const words = options.words ?? pageWords;
  const tone = report.theme === 'dark' ? 'dark' : 'light';
  const byId = new Map(blocks.map((one) => [one.block.id, one]));
  const rows = bands(report.blocks).map((band) => {
    const inside = band.blocks.map((block) => {
      const { x, y, w, h } = block.place;
      const one = byId.get(block.id);
      const html = one === undefined ? '' : blockHtml(block, one.resolved, { interactive, pageWidth: pageWidths[report.kind], words });
      return html.replace('class="block', `style="grid-column:${x + 1}/span ${w};grid-row:${y - band.from + 1}/span ${h}" class="block`);
    });
    // What is longer than a sheet may be cut between its rows, never through a drawing.
    const long = band.blocks.some(({ type }) => type === 'table' || type === 'text' || type === 'value');
    return `<div class="band${long ? ' long' : ''}">${inside.join('')}</div>`;
  });
  const values = interactive ? filterValues(blocks) : [];
  const script = interactive ? `<script>${dashboardScript}</script>` : '';
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${interactive ? `'sha256-${base64OfHex(sha256Hex(dashboardScript))}'` : "'none'"}; base-uri 'none'; form-action 'none'`;
  const filter = report.filter !== undefined && values.length > 0 ? `<label>${escaped(report.filter.column)} <select id="filter"><option value="">${escaped(words.all)}</option>${values.map((value) => `<option value="${escaped(value)}">${escaped(value)}</option>`).join('')}</select></label>` : '';
  const tools = interactive ? `<div class="tools">${filter}<button type="button" id="tone" data-dark="${escaped(words.dark)}" data-light="${escaped(words.light)}">${escaped(words.dark)}</button></div>` : '';
  const description = report.description === undefined ? '' : `<p>${escaped(report.description)}</p>`;
  return `<!doctype html>
<html lang="${words.language}" data-tone="${tone}" data-theme="${report.theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="generator" content="Penstock">
<title>${escaped(report.title)}</title>
<style>${reportStyle(pageWidths[report.kind])}</style>
</head>
<body>
<main>
<header class="head"><div><h1>${escaped(report.title)}</h1>${description}</div>${tools}</header>
${rows.join('\n')}
<footer>${footer(blocks, options)}</footer>
</main>
${script}
</body>
</html>
`;
}

/** Bytes of a file that people send to each other. */
const mostBytes = 60_000_000;

/** @throws PenstockError `report-too-large`. */
export function assertSendable(html: string): void {
  const bytes = new TextEncoder().encode(html).byteLength;
  if (bytes <= mostBytes) return;
  throw new PenstockError('report-too-large', `The file would have ${formatBytes(bytes)}, more than the ${formatBytes(mostBytes)} that people can open and send.`, { remedy: 'Show fewer rows in its tables, or take out large charts and images.' });
}

function footer(blocks: readonly ResolvedBlock[], { madeAt, moment, notes, words = pageWords }: PageOptions): string {
  const runs = new Map<string, Origin>();
  for (const { resolved } of blocks) if (resolved.state === 'ready' && resolved.origin?.at) runs.set(`${resolved.origin.path} ${resolved.origin.at}`, resolved.origin);
  const from = [...runs.values()].map(({ pipelineTitle, at }) => words.run(pipelineTitle, moment(at ?? 0)));
  const told = notes.length === 0 ? '' : `<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>`;
  return `${escaped(from.length === 0 ? words.madeAt(madeAt) : words.madeFrom(madeAt, from.join('; ')))}${told}`;
}

/** Values that at least one block can be narrowed to. */
function filterValues(blocks: readonly ResolvedBlock[]): string[] {
  const values = new Set<string>();
  for (const { resolved } of blocks) {
    if (resolved.state !== 'ready') continue;
    const { content } = resolved;
    if (content.type === 'chart') for (const { value } of content.parts ?? []) values.add(value);
    if (content.type === 'table') for (const value of content.filterValues ?? []) if (value !== null && values.size < 200) values.add(value);
  }
  return [...values].toSorted((a, b) => (a < b ? -1 : 1));
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64OfHex(hex: string): string {
  const bytes = Array.from({ length: hex.length / 2 }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16));
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.slice(at, at + 3);
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += [18, 12, 6, 0].map((shift, place) => ((place === 2 && b === undefined) || (place === 3 && c === undefined) ? '=' : (digits[(bits >> shift) & 63] ?? ''))).join('');
  }
  return text;
}
