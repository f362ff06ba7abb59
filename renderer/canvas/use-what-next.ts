import { useMemo, useRef } from 'react';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { outputSchema, useConfiguration } from '../state/configuration.ts';
import { engineSubject } from '../state/level.ts';
import { outputKind, type Joint } from './edits.ts';
import { nextFacts, whatNext, type ColumnFacts, type Suggestion } from './what-next.ts';

const none: readonly Suggestion[] = [];

/**
 * What could come next at a joint. Columns are looked at where that is cheap; what was seen no longer counts once the person
 * has begun to choose (`isChoosing`), so that nothing moves under the pointer.
 */
export function useWhatNext(document: PipelineDocument | null, joint: Joint | undefined, isChoosing: boolean): readonly Suggestion[] {
  const from = joint?.kind === 'after' ? joint.from : joint?.kind === 'into' ? joint.edge.from : null;
  const kind = document && from ? outputKind(document, from) : null;
  const schema = useConfiguration((store) => (from && kind === 'table' ? outputSchema(store.nodes, from.node, from.port) : null));
  const profile = useQuery(document && from && schema ? `${document.id} ${from.node} ${from.port}` : null, (signal) =>
    client.data.profile({ ...(engineSubject(from?.node ?? '', from?.port ?? '') ?? { document: document as PipelineDocument, nodeId: '', port: '' }), filter: '', glimpse: true }, { signal }),
  );
  const used = useRef<readonly ColumnFacts[] | null>(null);
  if (!isChoosing) used.current = profile.data?.columns ?? null;
  const columns = used.current;
  return useMemo(() => (document && from && kind ? whatNext(nextFacts(document, from, kind, schema, columns)) : none), [document, from, kind, schema, columns]);
}
