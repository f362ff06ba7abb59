import { FileDown } from 'lucide-react';
import { saveBlob } from '../reports/chart-files.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { Button, Menu } from '../ui/index.ts';

const formats = ['html', 'md', 'json', 'cyclonedx'] as const;

/** The model's card and its bill of materials as files. */
export function CardMenu({ name, version, size = 'sm' }: { readonly name: string; readonly version: number; readonly size?: 'sm' | 'md' }) {
  const save = async (format: (typeof formats)[number]) => {
    try {
      const { content, name: file } = await client.trace.card({ model: `${name}@${version}`, format });
      saveBlob(new Blob([content]), file);
    } catch (error) {
      notify(diagnosticOf(error));
    }
  };
  return (
    <Menu
      align="end"
      trigger={
        <Button size={size} icon={<FileDown size={size === 'sm' ? 13 : 14} />} data-testid="card-menu">
          {texts.trace.card}
        </Button>
      }
      items={formats.map((format) => ({ id: format, label: texts.trace.cardFormats[format], onSelect: () => void save(format) }))}
    />
  );
}
