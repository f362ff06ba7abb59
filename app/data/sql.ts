/** Quoting for the SQL that app/data writes itself. */

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A path as DuckDB's readers take it. They expand `*`, `?` and `[`, and would then read a neighbour of a file with such a name,
 * so these characters are matched by one-character classes.
 */
export function quotePath(path: string): string {
  return quoteText(path.replace(/[*?[]/g, '[$&]'));
}
