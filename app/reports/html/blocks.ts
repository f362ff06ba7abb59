import { formatCount } from '#app/core/units.ts';
import type { ChartSpec, MetricItem } from '#app/sdk/ports.ts';
import { chartPicture } from '../chart/picture.ts';
import { chartSummary } from '../chart/summary.ts';
import { escapeMarkup as escaped, svgMarkup } from '../chart/svg.ts';
import { gridColumns, gridGap, rowHeight, type Block, type ChartLook } from '../document.ts';
import type { Content, Resolved, TableContent } from '../resolved.ts';
import { decimalsFor, formatCell, isNumeric } from '../text/cell-format.ts';
import { metricChange } from '../text/change.ts';
import { formatMetric } from '../text/metric-text.ts';
import type { ValueBlock } from '../value-blocks.ts';
import { markdownHtml } from './markdown.ts';
import type { PageWords } from './words.ts';

/** Blocks as HTML. Everything that comes from data or people goes through `escaped`. */

export interface BlockOptions {
  /** Tables can be sorted and searched, and answer to the page's filter. */
  readonly interactive: boolean;
  /** px, see `pageWidths`. */
  readonly pageWidth: number;
  readonly words: PageWords;
}

/**
 * px of a page on which drawings are made; a screen or a sheet of another width scales them. Documents are narrower, so that their letters can
 * still be read on A4 (700 px between its margins).
 */
export const pageWidths = { document: 900, dashboard: 1132 } as const;

/** Width and height in px of a block's place. */
function roomOf({ place }: Block, pageWidth: number): { readonly width: number; readonly height: number } {
  const column = (pageWidth - gridGap * (gridColumns - 1)) / gridColumns;
  return { width: place.w * column + (place.w - 1) * gridGap, height: place.h * rowHeight + (place.h - 1) * gridGap };
}

/** px of the frame around a card's content, and of its title. */
const frame = 26;
const line = 24;

export function blockHtml(block: Block, resolved: Resolved, options: BlockOptions): string {
  if (resolved.state !== 'ready') return framed(block, absentHtml(resolved), '');
  const { content, origin } = resolved;
  switch (block.type) {
    case 'heading':
      return `<div class="block heading"><h${block.level + 1} class="h${block.level}">${escaped(block.text)}</h${block.level + 1}></div>`;
    case 'divider':
      return '<div class="block"><hr></div>';
    case 'image':
      return framed(block, block.data === '' ? '' : `<img src="${escaped(block.data)}" alt="${escaped(block.alt)}">`, 'plain');
    case 'text':
      return framed(block, `<div class="prose">${markdownHtml(content.type === 'text' ? content.markdown : '')}</div>`, 'plain');
    default: {
      const stale = origin?.stale ? `<p class="stale">${escaped(options.words.stale(plainReasons(origin.stale)))}</p>` : '';
      return framed(block, stale + contentHtml(block, content, options), block.type === 'metric' ? 'tile' : '');
    }
  }
}

/** Reasons are Markdown of one line. */
const plainReasons = (text: string): string => text.replaceAll(/[`*]/g, '');

function framed(block: Block, inside: string, kind: '' | 'plain' | 'tile'): string {
  const title = block.title !== undefined && block.title !== '' ? `<h3>${escaped(block.title)}</h3>` : '';
  const caption = block.caption !== undefined && block.caption !== '' ? `<p class="caption">${escaped(block.caption)}</p>` : '';
  return `<section class="block${kind === 'plain' ? '' : ' card'}${kind === 'tile' ? ' tile' : ''}">${title}${inside}${caption}</section>`;
}

function absentHtml(resolved: Exclude<Resolved, { state: 'ready' }>): string {
  const message = resolved.state === 'failed' ? resolved.problem.message : resolved.message;
  return `<div class="absent"><p>${escaped(message)}</p></div>`;
}

function contentHtml(block: Block, content: Content, options: BlockOptions): string {
  const room = roomOf(block, options.pageWidth);
  const extras = (block.title ? line : 0) + (block.caption ? line : 0);
  switch (content.type) {
    case 'none':
    case 'text':
      return '';
    case 'chart': {
      const look = block.type === 'chart' ? block.look : {};
      const heading = block.title === undefined ? `<h3>${escaped(content.chart.title)}</h3>` : '';
      const size = { width: room.width - frame, height: Math.max(160, room.height - frame - extras - (block.title === undefined ? line : 0) - (content.chart.note === undefined ? 0 : line)) };
      if (content.parts === undefined || !options.interactive) return `${heading}${chartHtml(content.chart, size, look, options.words)}`;
      const parts = content.parts.map(({ value, chart }) => `<div data-part="${escaped(value)}" hidden>${chartHtml(chart, size, look, options.words)}</div>`).join('');
      return `${heading}<div data-parts><div data-part="">${chartHtml(content.chart, size, look, options.words)}</div>${parts}<p class="none note" hidden>${escaped(options.words.noPart)}</p></div>`;
    }
    case 'table':
      return tableHtml(content, options, room.height - frame - extras);
    case 'metric':
      return metricHtml(content.metric, content.previous, block.title !== undefined && block.title !== '', options.words);
    case 'picture':
      return `<div class="drawing">${svgMarkup(content.picture)}</div>`;
    case 'value':
      return `${block.title === undefined ? `<h3>${escaped(content.title)}</h3>` : ''}<div class="group">${groupHtml(content.blocks, room.width - frame, options)}</div>`;
  }
}

function chartHtml(chart: ChartSpec, size: { readonly width: number; readonly height: number }, look: Partial<ChartLook>, words: PageWords): string {
  const note = chart.note === undefined ? '' : `<p class="note">${escaped(chart.note)}</p>`;
  return `<div class="drawing">${svgMarkup(chartPicture(chart, { ...size, look, summary: chartSummary(chart, words.charts) }))}</div>${note}`;
}

function groupHtml(blocks: readonly ValueBlock[], width: number, options: BlockOptions): string {
  const half = (width - 12) / 2;
  let html = '';
  let charts = '';
  const flush = (): void => {
    if (charts !== '') html += `<div class="charts">${charts}</div>`;
    charts = '';
  };
  const several = blocks.filter(({ type }) => type === 'chart').length > 1;
  for (const block of blocks) {
    if (block.type === 'chart') {
      charts += `<div><h4>${escaped(block.chart.title)}</h4>${chartHtml(block.chart, { width: several && half > 360 ? half : width, height: 300 }, {}, options.words)}</div>`;
      continue;
    }
    flush();
    if (block.type === 'text') html += `<div class="prose">${markdownHtml(block.markdown)}</div>`;
    else if (block.type === 'metrics') html += `${block.title === undefined ? '' : `<h4>${escaped(block.title)}</h4>`}${metricsHtml(block.metrics, options.words)}`;
    else html += `<div>${block.title === undefined ? '' : `<h4>${escaped(block.title)}</h4>`}${tableHtml({ columns: block.columns, rows: block.rows.slice(0, 200), total: block.rows.length }, options)}</div>`;
  }
  flush();
  return html;
}

const metricsHtml = (metrics: readonly MetricItem[], words: PageWords): string =>
  `<dl class="metrics">${metrics.map((item) => `<div${item.help === undefined ? '' : ` title="${escaped(item.help)}"`}><dt>${escaped(words.metricTitle(item.name))}</dt><dd>${escaped(formatMetric(item))}</dd></div>`).join('')}</dl>`;

function metricHtml(metric: MetricItem, previous: number | null, titled: boolean, words: PageWords): string {
  const name = titled ? '' : `<div class="what">${escaped(words.metricTitle(metric.name))}</div>`;
  return `${name}<div class="figure">${escaped(formatMetric(metric))}</div>${previous === null ? '' : `<div class="change">${escaped(words.change(metricChange(metric, previous)))}</div>`}`;
}

/** More columns than these are brought to the width of a sheet by small letters and equal columns. */
const mostUpright = 10;

/** `height`: px of its place, in which a screen scrolls it; paper shows all of it. */
function tableHtml({ columns, rows, total, filterValues }: TableContent, { interactive, words }: BlockOptions, height = 640): string {
  const decimals = columns.map((column, index) => (column.type === 'float' ? decimalsFor(rows.map((row) => row[index] ?? null)) : 0));
  const head = columns.map(({ name, type }) => `<th scope="col"${isNumeric(type) ? ' class="number"' : ''}>${interactive ? `<button type="button">${escaped(name)}</button>` : escaped(name)}</th>`).join('');
  const body = rows
    .map((row, place) => {
      const cells = columns.map(({ type }, index) => {
        const value = row[index] ?? null;
        const kinds = [isNumeric(type) ? 'number' : '', value === null ? 'empty' : ''].filter(Boolean).join(' ');
        const raw = interactive && value !== null && isNumeric(type) ? ` data-sort="${escaped(String(value))}"` : '';
        return `<td${kinds === '' ? '' : ` class="${kinds}"`}${raw}>${value === null ? '–' : escaped(formatCell(value, type, decimals[index] ?? 0))}</td>`;
      });
      const value = filterValues?.[place];
      return `<tr${interactive && value !== undefined ? ` data-value="${escaped(value ?? '')}"` : ''}>${cells.join('')}</tr>`;
    })
    .join('');
  const told = total > rows.length ? `<p class="note">${escaped(words.firstRows(formatCount(rows.length), formatCount(total)))}</p>` : '';
  const search = interactive && rows.length > 5 ? `<div class="filter"><input type="search" aria-label="${escaped(words.rowsWith)}" placeholder="${escaped(words.rowsWith)}…"><span class="count" role="status" data-found="${escaped(words.found)}"></span></div>` : '';
  return `<div${interactive ? ' data-table' : ''}>${search}<div class="rows${columns.length > mostUpright ? ' wide' : ''}" style="--room:${Math.max(160, height - (search === '' ? 0 : 34) - (told === '' ? 0 : 20))}px"${rows.length > 5 ? ` tabindex="0" role="region" aria-label="${escaped(words.table)}"` : ''}><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>${told}</div>`;
}
