import type { ExplainedColumn, ExplainedOutput, Explanation } from '#app/sdk/explanation.ts';
import { escapeHtml, layoutOf } from '../charts/layout.ts';
import type { PlotlyTrace } from '../charts/plotly.ts';
import { neutralColour, seriesColour, type ChartTheme } from '../charts/theme.ts';
import type { Figure } from '../charts/traces.ts';
import { errorBars, lowHighBar, lowHighScale, lowersColour, upright } from './figure-parts.ts';
import { signed } from './figures.ts';
import { dateText, isOrdered, scaleTitle, sharesOf, valueText } from './values.ts';
import { texts } from '../../text/texts.ts';

/** Names with a place on the axis or a colour of their own; the rest is “other”. */
const mostNames = 12;
const mostColours = 6;
/** Points whose errors are drawn: more would hide one another. */
const mostErrors = 500;

/** A column's values against what they do, coloured by another column's. @param by null: no colour */
export function dependenceFigure(explanation: Explanation, output: ExplainedOutput, theme: ChartTheme, of: number, by: number | null, chosen: number): Figure {
  const column = explanation.columns[of];
  const values = output.values[of] ?? [];
  if (column === undefined) return { traces: [], layout: {}, notes: [] };
  const other = by === null ? undefined : explanation.columns[by];
  const place = placing(column);
  const text = values.map((value, row) => `${texts.charts.explain.point(explanation.rows[row] ?? '')}: ${escapeHtml(`${column.name} = ${valueText(column, column.values[row])}`)}${other === undefined ? '' : `<br>${escapeHtml(`${other.name} = ${valueText(other, other.values[row])}`)}`}<br><b>${signed(value)}</b>`);
  const errors = output.errors?.[of] ?? null;
  const size = values.length > 1000 ? 4 : values.length > 300 ? 5 : 6;
  const trace = (name: string, rows: readonly number[], marker: Record<string, unknown>): PlotlyTrace => ({
    type: 'scatter',
    mode: 'markers',
    name,
    x: rows.map((row) => place.at(row)),
    y: rows.map((row) => values[row] ?? null),
    text: rows.map((row) => text[row] ?? ''),
    customdata: rows,
    marker: { size, opacity: 0.75, line: { width: 0 }, ...marker },
    ...(errors === null || values.length > mostErrors ? {} : { error_y: errorBars(rows.map((row) => errors[row] ?? null), theme, 0.35) }),
    hovertemplate: '%{text}<extra></extra>',
  });
  const every = values.map((_value, row) => row);
  const ring: PlotlyTrace = {
    type: 'scatter', mode: 'markers', name: texts.charts.explain.chosenRow, showlegend: false, hoverinfo: 'skip',
    x: [place.at(chosen)], y: [values[chosen] ?? null], customdata: [chosen],
    marker: { size: size + 6, symbol: 'circle-open', color: theme.text, line: { width: 2 } },
    ...(errors === null ? {} : { error_y: errorBars([errors[chosen] ?? null], theme) }),
  };
  const base = layoutOf({ title: '', x: { title: column.name, ...(place.time ? { scale: 'time' as const } : {}) }, y: { title: scaleTitle(explanation, output) }, series: [] }, theme, { drag: 'zoom' });
  const traces = coloured(other, every, trace, theme);
  return {
    traces: [...traces, ring],
    layout: {
      ...base,
      showlegend: traces.length > 1,
      ...(place.names === null ? {} : { xaxis: { ...(base['xaxis'] as object), tickmode: 'array', tickvals: place.names.map((_name, i) => i), ticktext: place.names.map(escapeHtml), range: [-0.6, place.names.length - 0.4] } }),
      shapes: [{ ...upright(0, theme), xref: 'paper', yref: 'y', x0: 0, x1: 1, y0: 0, y1: 0 }],
    },
    notes: errors !== null && values.length > mostErrors ? [texts.charts.explain.chosenError] : [],
  };
}

/** Where rows stand along the axis. Names have places, and their rows lie beside one another a little. */
function placing(column: ExplainedColumn): { readonly names: readonly string[] | null; readonly time: boolean; at(row: number): number | string | null } {
  const { kind, values } = column;
  if (kind === 'date' || kind === 'timestamp') return { names: null, time: true, at: (row) => (typeof values[row] === 'number' ? dateText(values[row], kind) : null) };
  if (kind === 'number') return { names: null, time: false, at: (row) => (typeof values[row] === 'number' ? values[row] : null) };
  const texts = values.map((value) => valueText(column, value, 'short'));
  const names = frequent(texts, mostNames);
  const index = new Map(names.map((name, i) => [name, i]));
  const all = names.length < new Set(texts).size ? [...names, 'other'] : names;
  return { names: all, time: false, at: (row) => (index.get(texts[row] ?? '') ?? all.length - 1) + 0.5 * (((row * 0.618034) % 1) - 0.5) };
}

/** The most frequent texts, in the order of the alphabet. */
function frequent(texts: readonly string[], most: number): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, most).map(([text]) => text).toSorted();
}

function coloured(other: ExplainedColumn | undefined, rows: readonly number[], trace: (name: string, rows: readonly number[], marker: Record<string, unknown>) => PlotlyTrace, theme: ChartTheme): PlotlyTrace[] {
  if (other === undefined) return [trace('rows', rows, { color: lowersColour(theme) })];
  if (isOrdered(other) && other.kind !== 'boolean') {
    const shares = sharesOf(other);
    const known = rows.filter((row) => shares[row] !== null);
    const missing = rows.filter((row) => shares[row] === null);
    const sorted = known.map((row) => Number(other.values[row])).toSorted((a, b) => a - b);
    const end = (share: number): string => valueText(other, sorted[Math.round(share * (sorted.length - 1))]);
    return [
      ...(missing.length === 0 ? [] : [trace('missing', missing, { color: neutralColour(theme) })]),
      { ...trace(other.name, known, { color: known.map((row) => shares[row]), cmin: 0, cmax: 1, colorscale: lowHighScale(theme), showscale: true, colorbar: lowHighBar(theme, other.name, [end(0.05), end(0.95)]) }), showlegend: false },
    ];
  }
  const texts = other.values.map((value) => valueText(other, value, 'short'));
  const names = frequent(texts, mostColours);
  const own = new Set(names);
  const rest = rows.filter((row) => !own.has(texts[row] ?? ''));
  return [...names.map((name, i) => trace(name, rows.filter((row) => texts[row] === name), { color: seriesColour(theme, i) })), ...(rest.length === 0 ? [] : [trace('other', rest, { color: neutralColour(theme) })])];
}
