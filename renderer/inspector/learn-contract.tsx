import { useState } from 'react';
import { GraduationCap } from 'lucide-react';
import type { PipelineNode } from '#app/pipeline/document.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { texts } from '../text/texts.ts';
import { Button } from '../ui/index.ts';

/** Fills a data contract with what the table at its input keeps now; one step to take back. */
export function LearnContract({ node }: { readonly node: PipelineNode }) {
  const [busy, setBusy] = useState(false);
  const root = usePipeline((store) => store.root);
  const isInside = usePipeline((store) => store.level.length > 0);
  const isConnected = root?.edges.some(({ to }) => to.node === node.id && to.port === 'table') === true;
  if (root === null || isInside) return null;
  const learn = async (): Promise<void> => {
    setBusy(true);
    try {
      const { params } = await client.automation.learnContract({ document: root, nodeId: node.id });
      edit({ type: 'set-params', nodeId: node.id, params }, { label: texts.automation.contract.learnt });
    } catch (error) {
      notify(diagnosticOf(error));
    }
    setBusy(false);
  };
  return (
    <div className="flex flex-col items-start gap-1">
      <Button needs="edit" size="sm" icon={<GraduationCap size={13} />} busy={busy} disabled={!isConnected} data-testid="learn-contract" onClick={() => void learn()}>
        {texts.automation.contract.learn}
      </Button>
      <p className="text-xs text-faint">{texts.automation.contract.learnHint}</p>
    </div>
  );
}
