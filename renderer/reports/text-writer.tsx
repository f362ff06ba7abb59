import { useEffect, useRef, useState } from 'react';
import type { Block } from '#app/reports/document.ts';
import { isProblem, referencesIn } from '#app/reports/references.ts';
import { FieldMessage, TextArea } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { changeBlock } from './block-edits.ts';
import { ReferenceMenu } from './reference-menu.tsx';
import { useReport } from './report-store.ts';

/** A text block while it is written: Markdown, and values that stand in it. */
export function TextWriter({ block }: { readonly block: Extract<Block, { type: 'text' }> }) {
  const [text, setText] = useState(block.markdown);
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    host.current?.querySelector('textarea')?.focus();
  }, []);
  const write = (next: string) => {
    setText(next);
    changeBlock(block, { markdown: next }, 'write');
  };
  const insert = (reference: string) => {
    const area = host.current?.querySelector('textarea');
    const at = area?.selectionStart ?? text.length;
    write(text.slice(0, at) + reference + text.slice(area?.selectionEnd ?? at));
    area?.focus();
  };
  const wrong = referencesIn(text).filter(isProblem);
  return (
    <div ref={host} data-still className="flex flex-col gap-2">
      <TextArea
        aria-label={texts.reports.writeText}
        data-testid="text-writer"
        value={text}
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key !== 'Escape' && !(event.key === 'Enter' && (event.ctrlKey || event.metaKey))) return;
          event.preventDefault();
          useReport.setState({ writing: null });
          document.querySelector<HTMLElement>(`[data-block-id="${CSS.escape(block.id)}"]`)?.focus();
        }}
      />
      <div className="flex flex-wrap items-center gap-2 text-xs text-muted">
        <ReferenceMenu onInsert={insert} />
        <span>{texts.reports.writeHint}</span>
      </div>
      {wrong.map(({ text: written, problem }) => (
        <FieldMessage key={written} severity="warning" message={`${written}: ${problem}`} />
      ))}
    </div>
  );
}
