import path from 'node:path';

export interface PdfRequest {
  /** A page that needs nothing from elsewhere. */
  readonly html: string;
  /** File name that is offered. */
  readonly name: string;
}

/** 100 MB of text: more than any report that can be exported. */
const mostCharacters = 100_000_000;

/** @throws Error for anything else than a page and a plain file name. */
export function parsePdfRequest(argument: unknown): PdfRequest {
  const fields = (typeof argument === 'object' && argument !== null ? argument : {}) as Record<string, unknown>;
  const { html, name } = fields;
  if (typeof html !== 'string' || html.length > mostCharacters || typeof name !== 'string') throw new Error('There is no page to write.');
  const plain = path.basename(name.replaceAll('\\', '/')).slice(0, 200);
  return { html, name: plain.toLowerCase().endsWith('.pdf') ? plain : `${plain || 'report'}.pdf` };
}
