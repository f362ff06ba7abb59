import { code as coded } from '../phrases.ts';

/** As code; what is empty stands in German quotes. */
export const code = (content: string, most?: number): string => (content.trim() === '' ? '„“' : coded(content, most));

/** „a, b und c“; after `most` of them „und 3 weitere“. */
export function listed(items: readonly string[], most = 6): string {
  if (items.length > most + 1) return `${items.slice(0, most).join(', ')} und ${items.length - most} weitere`;
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} und ${items.at(-1)}`;
}

export const columns = (names: readonly string[], most = 6): string => listed(names.map((name) => code(name)), most);

/** „alle Spalten“ where none is named. */
export const columnsOr = (names: readonly string[], all: string): string => (names.length === 0 ? all : columns(names));
