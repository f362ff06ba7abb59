import { ExternalLink } from 'lucide-react';
import { useEffect } from 'react';
import { texts } from '../text/texts.ts';
import { Button } from '../ui/index.ts';
import { begin, loadExamples, useExamples, useTemplates } from './templates-store.ts';

/** Opens the small pipeline that shows a node type on real data; nothing for types that have none. */
export function ExampleButton({ type }: { readonly type: string }) {
  const has = useExamples((store) => store.types?.includes(type) === true);
  const beginning = useTemplates((store) => store.beginning);
  useEffect(() => void loadExamples(), []);
  if (!has) return null;
  return (
    <Button needs="edit" icon={<ExternalLink size={14} />} title={texts.help.example.what} busy={beginning === type} disabled={beginning !== null} data-testid="open-example" className="self-start" onClick={() => void begin({ example: type })}>
      {texts.help.example.open}
    </Button>
  );
}
