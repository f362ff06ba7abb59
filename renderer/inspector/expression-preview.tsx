import { ChevronRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatCount } from '#app/core/units.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { ColumnType } from '#app/relation/types.ts';
import type { ExpressionPreview as Answer } from '#app/protocol/sections/expressions.ts';
import { client } from '../rpc/client.ts';
import { useQuery } from '../results/use-query.ts';
import { engineSubject } from '../state/level.ts';
import { usePipeline } from '../state/pipeline.ts';
import { TypeBadge, cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

interface ExpressionPreviewProps {
  readonly nodeId: string;
  /** Input port that the expression is over; null: the first table. */
  readonly from: string | null;
  readonly text: string;
  readonly earlier: readonly { readonly name: string; readonly expression: string }[];
}

/** Quiet time after the last key before the engine is asked, in ms. */
const pause = 200;

/** A number for a list of edges, the same for the same list: cheaper to compare than thousands of edges as text. */
const numbers = new WeakMap<object, number>();
let lastNumber = 0;
function numberOf(list: object): number {
  const known = numbers.get(list) ?? (lastNumber += 1);
  numbers.set(list, known);
  return known;
}

/** Under an expression: the type of its result, and the results of the first rows. */
export function ExpressionPreview({ nodeId, from, text, earlier }: ExpressionPreviewProps) {
  const [settled, setSettled] = useState(text);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pause);
    return () => clearTimeout(timer);
  }, [text]);
  // What comes before the node decides the rows; its own params do not.
  const upstream = usePipeline((store) => store.document?.edges);
  const document = usePipeline.getState().document;
  const key = settled.trim() === '' || !document ? null : JSON.stringify([nodeId, from, settled, earlier, upstream && numberOf(upstream)]);
  const subject = (): { document: PipelineDocument; nodeId: string } => engineSubject(nodeId, '') ?? { document: document as PipelineDocument, nodeId };
  const { data, loading } = useQuery(key, (signal) => client.expressions.preview({ ...subject(), from, text: settled, earlier: [...earlier] }, { signal }));
  if (key === null || data === null || data.type === null) return null;
  const { rows, counts, columns } = data;
  const warning = data.diagnostics[0];
  return (
    <div data-testid="expression-preview" className={cx('flex flex-col gap-1 text-xs', loading && 'opacity-60')}>
      <button
        type="button"
        aria-expanded={open}
        disabled={rows === null || rows.length === 0}
        onClick={() => setOpen(!open)}
        className="flex min-w-0 items-center gap-1.5 rounded-sm text-left text-muted enabled:hover:text-ink"
      >
        {rows !== null && rows.length > 0 ? <ChevronRight size={12} className={cx('shrink-0 transition-transform duration-120', open && 'rotate-90')} /> : null}
        <TypeBadge type={data.type as ColumnType} className="shrink-0" />
        <span className="min-w-0 truncate tabular-nums">{warning ? warning.message : summary(data)}</span>
      </button>
      {open && rows ? (
        <div className="max-h-56 overflow-auto rounded-md border border-line">
          <table className="w-full border-collapse tabular-nums">
            <thead className="sticky top-0 bg-chrome">
              <tr>
                {columns.map((name) => (
                  <th key={name} scope="col" className="max-w-28 truncate px-2 py-0.5 text-left font-medium text-faint" title={name}>
                    {name}
                  </th>
                ))}
                <th scope="col" className="px-2 py-0.5 text-left font-medium">
                  {texts.inspector.preview.result}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index} className="odd:bg-sunken/60">
                  {row.map((cell, at) => (
                    <td key={at} className={cx('selectable max-w-28 truncate px-2 py-0.5', at < row.length - 1 && 'text-muted')} title={words(cell)}>
                      {cell === null ? <span className="text-faint">{texts.common.missing}</span> : words(cell)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {counts && counts.rows > rows.length ? <p className="px-2 py-1 text-faint">{texts.inspector.preview.first(rows.length)}</p> : null}
        </div>
      ) : null}
    </div>
  );
}

const words = (cell: null | boolean | number | string): string => (typeof cell === 'number' ? String(Number(cell.toPrecision(10))) : String(cell));

/** “true for 37 of the first 200 rows”, or the first results side by side. */
export function summary({ rows, counts }: Pick<Answer, 'rows' | 'counts'>): string {
  if (rows === null || counts === null) return '';
  if (counts.rows === 0) return texts.inspector.preview.noRows;
  const missing = counts.missing === 0 ? '' : texts.inspector.preview.missing(formatCount(counts.missing));
  if (counts.yes !== null) return texts.inspector.preview.trueFor(formatCount(counts.yes), formatCount(counts.rows), missing === '' ? '' : `, ${missing}`);
  const first = rows.slice(0, 4).map((row) => {
    const cell = row[row.length - 1] ?? null;
    return cell === null ? '–' : words(cell);
  });
  return `${first.join(', ')}${counts.rows > 4 ? ' …' : ''}${missing === '' ? '' : ` (${texts.inspector.preview.missingOf(missing, formatCount(counts.rows))})`}`;
}
