import { Copy, Trash2 } from 'lucide-react';
import type { Block, ReportDocument } from '#app/reports/document.ts';
import { Button, Field, IconButton, Input, Lockable, Panel, Select, Switch, TextArea, WhyLocked, useMay } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { changeBlock, duplicateSelected, removeSelected } from './block-edits.ts';
import { ChartFields } from './chart-fields.tsx';
import { ImageFields } from './image-fields.tsx';
import { ReportSettings } from './report-settings.tsx';
import { useReport } from './report-store.ts';
import { MetricField, PictureField, SourceFields } from './source-fields.tsx';
import { TableFields } from './table-fields.tsx';

/** What the selected block is, and the report's own settings while none is selected. */
export function BlockInspector({ report }: { readonly report: ReportDocument }) {
  const selected = useReport((state) => state.selected);
  const blocks = report.blocks.filter(({ id }) => selected.includes(id));
  const [only] = blocks;
  const why = useMay('edit');
  const actions =
    blocks.length === 0 ? null : (
      <>
        <IconButton needs="edit" label={texts.app.actions.duplicate} keys="Ctrl+D" size="sm" onClick={duplicateSelected}>
          <Copy size={14} />
        </IconButton>
        <IconButton needs="edit" label={texts.common.delete} keys="Del" size="sm" data-testid="delete-block" onClick={removeSelected}>
          <Trash2 size={14} />
        </IconButton>
      </>
    );
  const title = only === undefined ? texts.reports.settings : blocks.length > 1 ? texts.reports.severalBlocks(blocks.length) : texts.reports.types[only.type];
  return (
    <aside data-testid="block-inspector" aria-label={title} className="w-[296px] shrink-0 border-l border-line">
      <Panel title={title} actions={actions} bodyClassName="p-3">
        <Lockable why={why} className="flex flex-col gap-4">
          <WhyLocked why={why} />
          {only === undefined ? <ReportSettings report={report} /> : blocks.length > 1 ? <p className="text-sm text-muted">{texts.reports.severalText}</p> : <BlockFields key={only.id} block={only} pinned={report.pinned} />}
        </Lockable>
      </Panel>
    </aside>
  );
}

function BlockFields({ block, pinned }: { readonly block: Block; readonly pinned: Readonly<Record<string, string>> }) {
  const titled = block.type !== 'heading' && block.type !== 'divider';
  return (
    <div className="flex flex-col gap-4">
      {titled ? (
        <>
          <Field label={texts.reports.fields.title}>{({ id }) => <Input id={id} data-testid="block-title" value={block.title ?? ''} maxLength={300} placeholder={block.type === 'chart' ? texts.reports.fields.ownTitle : ''} onChange={(event) => changeBlock(block, { title: event.target.value }, 'title')} />}</Field>
          <Field label={texts.reports.fields.caption}>{({ id }) => <TextArea id={id} value={block.caption ?? ''} maxLength={2000} onChange={(event) => changeBlock(block, { caption: event.target.value }, 'caption')} />}</Field>
        </>
      ) : null}
      {ownFields(block, pinned)}
    </div>
  );
}

function ownFields(block: Block, pinned: Readonly<Record<string, string>>) {
  switch (block.type) {
    case 'heading':
      return (
        <>
          <Field label={texts.reports.fields.heading}>{({ id }) => <Input id={id} data-testid="heading-text" value={block.text} maxLength={500} onChange={(event) => changeBlock(block, { text: event.target.value }, 'text')} />}</Field>
          <Field label={texts.reports.fields.level}>
            {({ id }) => <Select id={id} label={texts.reports.fields.level} value={String(block.level)} onChange={(value) => changeBlock(block, { level: Number(value) })} items={[1, 2, 3].map((level) => ({ value: String(level), label: texts.reports.fields.levels[level as 1 | 2 | 3] }))} />}
          </Field>
        </>
      );
    case 'text':
      return (
        <>
          <Button onClick={() => useReport.setState({ writing: block.id })}>{texts.reports.writeText}</Button>
          <p className="text-xs text-muted">{texts.reports.referenceHelp}</p>
        </>
      );
    case 'divider':
      return <p className="text-sm text-muted">{texts.reports.dividerText}</p>;
    case 'image':
      return <ImageFields block={block} />;
    case 'picture':
      return <PictureField block={block} />;
    case 'value':
      return <SourceFields block={block} />;
    case 'metric':
      return (
        <>
          <SourceFields block={block} />
          <MetricField block={block} pinned={pinned} />
          <Field label={texts.reports.fields.change} inline>{({ id }) => <Switch id={id} label={texts.reports.fields.change} checked={block.change} onChange={(change) => changeBlock(block, { change })} />}</Field>
        </>
      );
    case 'table':
      return (
        <>
          <SourceFields block={block} />
          <TableFields block={block} pinned={pinned} />
        </>
      );
    case 'chart':
      return (
        <>
          <SourceFields block={block} />
          <ChartFields block={block} pinned={pinned} />
        </>
      );
  }
}
