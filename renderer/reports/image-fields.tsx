import { useRef } from 'react';
import { ImagePlus } from 'lucide-react';
import type { BlockOf } from '#app/reports/document.ts';
import { notify } from '../state/notices.ts';
import { Button, Field, Input } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { changeBlock } from './block-edits.ts';

/** The report's file has the image in it. */
const mostBytes = 2_900_000;

export function ImageFields({ block }: { readonly block: BlockOf<'image'> }) {
  const picker = useRef<HTMLInputElement>(null);
  const choose = (file: File | undefined) => {
    if (file === undefined) return;
    if (file.size > mostBytes) {
      notify({ severity: 'warning', message: texts.reports.imageTooLarge, remedy: texts.reports.imageTooLargeRemedy });
      return;
    }
    const reader = new FileReader();
    reader.onload = () => changeBlock(block, { data: String(reader.result), alt: block.alt || file.name.replace(/\.\w+$/, '') });
    reader.readAsDataURL(file);
  };
  return (
    <>
      <input ref={picker} type="file" accept="image/png,image/jpeg,image/gif,image/webp" className="hidden" aria-hidden tabIndex={-1} onChange={(event) => choose(event.target.files?.[0])} />
      <Button icon={<ImagePlus size={14} />} onClick={() => picker.current?.click()}>
        {texts.reports.chooseImage}
      </Button>
      <Field label={texts.reports.fields.alt} hint={texts.reports.fields.altHint}>{({ id }) => <Input id={id} value={block.alt} maxLength={500} onChange={(event) => changeBlock(block, { alt: event.target.value }, 'alt')} />}</Field>
    </>
  );
}
