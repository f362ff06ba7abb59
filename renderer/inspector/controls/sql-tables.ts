import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { Schema } from '#app/relation/types.ts';

/** A connected table as the SQL text names it. */
export interface SqlTable {
  readonly name: string;
  /** Title of the node it comes from. */
  readonly title: string;
  /** Null while unknown. */
  readonly schema: Schema | null;
}

/** Tables at a port that takes many, in the order of the connections; the names are those of the SQL node (`names`, else t1, t2 …). */
export function sqlTables(document: PipelineDocument, nodeId: string, port: string, schemaAt: (nodeId: string, port: string) => Schema | null, titleOf: (nodeId: string) => string): SqlTable[] {
  const given = document.nodes.find((node) => node.id === nodeId)?.params['names'];
  const names = Array.isArray(given) ? given.map(String) : [];
  return document.edges
    .filter((edge) => edge.to.node === nodeId && edge.to.port === port)
    .map((edge, i) => ({ name: names[i]?.trim() || `t${i + 1}`, title: titleOf(edge.from.node), schema: schemaAt(edge.from.node, edge.from.port) }));
}

/** A name as SQL writes it: quoted where it is not a plain word. */
export const sqlName = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** Names made of titles (“Customers 2024.csv” → customers_2024_csv), each once. */
export function namesOfTitles(titles: readonly string[]): string[] {
  const taken = new Set<string>();
  return titles.map((title, i) => {
    const plain = title.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
    const base = plain === '' ? `t${i + 1}` : /^\d/.test(plain) ? `t_${plain}` : plain;
    let name = base;
    for (let n = 2; taken.has(name); n += 1) name = `${base}_${n}`;
    taken.add(name);
    return name;
  });
}

/** The text with tables called anew; texts in quotes and comments stay as they are. */
export function withNames(text: string, before: readonly string[], after: readonly string[]): string {
  const renamed = new Map(before.map((name, i) => [name.toLowerCase(), after[i] ?? name]));
  const parts = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"]|"")*)"|[A-Za-z_][A-Za-z0-9_]*/g;
  return text.replace(parts, (found, quoted: string | undefined) => {
    if (/^['\-/]/.test(found)) return found;
    const name = renamed.get((quoted?.replaceAll('""', '"') ?? found).toLowerCase());
    return name === undefined ? found : sqlName(name);
  });
}
