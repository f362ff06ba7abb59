import { useMemo } from 'react';
import { emptyDocument } from '#app/pipeline/document.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { Notice } from '../results/notice.tsx';
import { subjectOf } from '../results/table/table-subject.ts';
import { TableView } from '../results/table/table-view.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { catalogue } from '../state/catalogue.ts';
import { Spinner } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

/** A file's table as its reader sees it: a pipeline of one node that nobody keeps. */
export function FilePreview({ path }: { readonly path: string }) {
  const reader = useQuery(`reader ${path}`, (signal) => client.files.reader({ path }, { signal }));
  const subject = useMemo(() => {
    if (!reader.data) return null;
    const type = catalogue.get(reader.data.type);
    const node = { id: 'preview', type: reader.data.type, version: type?.definition.version ?? 1, params: reader.data.params };
    const document: PipelineDocument = { ...emptyDocument('preview', path), nodes: [node] };
    return subjectOf(document, 'preview', '');
  }, [reader.data, path]);
  const port = reader.data ? (catalogue.get(reader.data.type)?.definition.outputs[0]?.name ?? 'table') : 'table';
  return (
    <div className="h-80 border-t border-line bg-surface">
      {reader.error ? <Notice diagnostic={reader.error} /> : subject ? <TableView subject={subject} port={port} /> : <div className="p-4"><Spinner label={texts.common.loading} /></div>}
    </div>
  );
}
