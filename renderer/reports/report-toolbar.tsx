import { useState } from 'react';
import { ArrowLeft, Check, CloudAlert, Eye, LoaderCircle, SlidersHorizontal } from 'lucide-react';
import type { ReportDocument } from '#app/reports/document.ts';
import { IconButton, Input, Tooltip, useMay } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { AddMenu } from './add-menu.tsx';
import { ExportMenu } from './export-menu.tsx';
import { closeReport, editReport, selectBlocks, useReport } from './report-store.ts';

/** Back, title, whether it is saved, what can be added, how it leaves. */
export function ReportToolbar({ report }: { readonly report: ReportDocument }) {
  return (
    <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line bg-chrome px-3">
      <IconButton label={texts.reports.allReports} data-testid="all-reports" onClick={() => void closeReport()}>
        <ArrowLeft size={16} />
      </IconButton>
      <TitleInput key={report.id} title={report.title} />
      <SaveLine />
      <span className="flex-1" />
      <IconButton label={texts.reports.settings} onClick={() => selectBlocks([])}>
        <SlidersHorizontal size={16} />
      </IconButton>
      <AddMenu />
      <ExportMenu report={report} />
    </header>
  );
}

function TitleInput({ title }: { readonly title: string }) {
  const [text, setText] = useState<string | null>(null);
  const why = useMay('edit');
  return (
    <Input
      aria-label={texts.reports.titleField}
      data-testid="report-title"
      maxLength={200}
      value={text ?? title}
      readOnly={why !== null}
      onChange={(event) => {
        setText(event.target.value);
        if (event.target.value.trim() !== '') editReport({ type: 'settings', settings: { title: event.target.value } }, { group: 'title' });
      }}
      onBlur={() => setText(null)}
      className="!w-72 !border-transparent !bg-transparent text-base font-semibold hover:!border-line-control focus-visible:!bg-surface"
    />
  );
}

function SaveLine() {
  const save = useReport((state) => state.save);
  const why = useMay('edit');
  if (why !== null) {
    return (
      <Tooltip text={why}>
        <span data-testid="report-save-state" data-state="read-only" tabIndex={0} className="flex items-center gap-1 rounded-sm px-1 text-xs text-warn-ink">
          <Eye size={13} aria-hidden /> {texts.app.save.readOnly}
        </span>
      </Tooltip>
    );
  }
  const look = { saved: { icon: Check, text: texts.app.save.saved }, unsaved: { icon: LoaderCircle, text: texts.app.save.saving }, saving: { icon: LoaderCircle, text: texts.app.save.saving }, failed: { icon: CloudAlert, text: texts.app.save.notSaved } }[save];
  const Icon = look.icon;
  return (
    <span data-testid="report-save-state" data-state={save} role="status" className="flex items-center gap-1 text-xs text-muted">
      <Icon size={13} aria-hidden className={save === 'failed' ? 'text-bad-ink' : undefined} /> {look.text}
    </span>
  );
}
