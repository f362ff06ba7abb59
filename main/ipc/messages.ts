import path from 'node:path';
import { z } from 'zod';
import { parseBounds, type Bounds } from '../windows/screens.ts';

/** What the page may say to the main process, by channel. Anything else is refused before it is looked at. */

/** A dialog's title and file name extensions without the dot. */
export const pickFileSchema = z.strictObject({
  title: z.string().max(200).optional(),
  extensions: z.array(z.string().regex(/^[a-z0-9]{1,10}$/i)).max(50).optional(),
});

const bounds = z.unknown().transform((value): Bounds | null => parseBounds(value));

/** A view of results for a window of its own: its page's query, from `?`. */
export const viewSchema = z.strictObject({
  id: z.string().regex(/^[\w-]{1,80}$/),
  page: z.string().regex(/^\?view=[\w-]{1,80}&owner=[\w-]{1,80}$/),
  bounds: bounds.optional().transform((value) => value ?? null),
});
export type ViewRequest = z.output<typeof viewSchema>;

export const languageSchema = z.enum(['en', 'de']);

export const noticeSchema = z.strictObject({ title: z.string().max(2000), message: z.string().max(20_000) });

/** 100 MB of text: more than any report that can be exported. */
const mostCharacters = 100_000_000;

/** A page that needs nothing from elsewhere, and the file name that is offered: never a path. */
export const pdfSchema = z.strictObject({
  html: z.string().max(mostCharacters),
  name: z
    .string()
    .max(1000)
    .transform((name) => {
      // Control characters in a dialog's suggestion could hide what follows them.
      const plain = path.basename(name.replaceAll('\\', '/')).replaceAll(/\p{Cc}/gu, '').slice(0, 200);
      return plain.toLowerCase().endsWith('.pdf') ? plain : `${plain || 'report'}.pdf`;
    }),
});
export type PdfRequest = z.output<typeof pdfSchema>;

export const nothingSchema = z.undefined();

/** @throws Error that names the channel and nothing of what was sent. */
export function parseMessage<S extends z.ZodType>(channel: string, schema: S, argument: unknown): z.output<S> {
  const parsed = schema.safeParse(argument);
  if (parsed.success) return parsed.data;
  throw new Error(`${channel} was asked for something that it does not do.`);
}
