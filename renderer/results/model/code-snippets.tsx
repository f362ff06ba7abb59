import { useState } from 'react';
import { Check, Copy } from 'lucide-react';
import { IconButton, Segmented } from '../../ui/index.ts';
import type { Snippet } from './snippets.ts';
import { texts } from '../../text/texts.ts';

/** Code to ask the model from elsewhere. */
export function CodeSnippets({ snippets }: { readonly snippets: readonly Snippet[] }) {
  const [chosen, setChosen] = useState<string>(snippets[0]?.id ?? '');
  const [copied, setCopied] = useState(false);
  const snippet = snippets.find((one) => one.id === chosen) ?? snippets[0];
  if (!snippet) return null;
  const copy = () =>
    void navigator.clipboard.writeText(snippet.code).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    });
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="flex items-center gap-2">
        <Segmented label={texts.model.language} value={snippet.id} onChange={setChosen} items={snippets.map((one) => ({ value: one.id, label: one.title }))} className="!w-64" />
        <IconButton label={texts.model.copyCode} size="sm" className="ml-auto" onClick={copy}>
          {copied ? <Check size={14} className="text-good" /> : <Copy size={14} />}
        </IconButton>
      </div>
      <pre tabIndex={0} aria-label={texts.model.codeOf(snippet.title)} className="selectable max-h-72 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs leading-5">
        {snippet.code}
      </pre>
    </div>
  );
}
