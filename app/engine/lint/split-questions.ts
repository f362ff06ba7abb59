import type { Database } from '#app/data/index.ts';
import { isIdentifier, saysWhose, type SplitFacts } from '#app/pipeline/lint/index.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import { quoteColumn } from '#app/sdk/analysis.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import type { Analysis } from '../analysis/analyse.ts';
import { isMissing, type PortValueResolver } from '../results/port-values.ts';

/** Longest that one split is looked at, in ms; beyond it nothing is said of its rows. */
const patience = 5000;
/** Columns that may say whose row it is; of more, the first are looked at. */
const mostKeys = 8;
const kept = 200;

interface SplitTables {
  readonly whole: TableValue;
  /** Null for what cross-validates: it keeps its parts to itself. */
  readonly parts: { readonly train: TableValue; readonly test: TableValue } | null;
}

/** Null while they have not been run. */
async function tablesOf(analysis: Analysis, resolver: PortValueResolver, nodeId: string): Promise<SplitTables | null> {
  const node = analysis.nodes.get(nodeId);
  const source = node?.inputs['table']?.[0];
  if (source === undefined) return null;
  const hasParts = node?.type?.definition.outputs.some(({ name }) => name === 'train') === true;
  try {
    const [before, parts] = [await resolver.ports(source.nodeId), hasParts ? await resolver.ports(nodeId) : {}];
    if (isMissing(before) || isMissing(parts)) return null;
    const [whole, train, test] = [before[source.port], parts['train'], parts['test']];
    return whole?.kind === 'table' ? { whole, parts: train?.kind === 'table' && test?.kind === 'table' ? { train, test } : null } : null;
  } catch {
    // A relation that is wrong is said by configuring it.
    return null;
  }
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

/**
 * What the rows of a split tell once there are results: how often identifiers repeat, and how many test rows are in the training part,
 * too. Two queries over the fused tables, kept by the split's cache key; nothing is run to answer.
 */
export class SplitQuestions {
  readonly #database: Database;
  readonly #closing: AbortSignal;
  readonly #asked = new Map<string, Promise<SplitFacts | null>>();
  readonly #known = new Map<string, SplitFacts | null>();

  constructor(database: Database, closing: AbortSignal) {
    this.#database = database;
    this.#closing = closing;
  }

  /** Facts by node, as far as they are known within so many ms; nodes whose rows are not there yet, or take too long, are left out. */
  async answer(analysis: Analysis, resolver: PortValueResolver, splits: readonly { readonly node: { readonly id: string } }[], ms: number): Promise<{ facts: Map<string, SplitFacts>; complete: boolean }> {
    const keys = new Map<string, string>();
    for (const { node } of splits) {
      const key = analysis.nodes.get(node.id)?.key;
      if (key === null || key === undefined) continue;
      keys.set(node.id, key);
      if (this.#known.has(key) || this.#asked.has(key)) continue;
      const tables = await tablesOf(analysis, resolver, node.id);
      if (tables !== null) this.#ask(key, tables);
    }
    const open = [...keys.values()].flatMap((key) => this.#asked.get(key) ?? []);
    if (open.length > 0) await Promise.race([Promise.all(open), ...(Number.isFinite(ms) ? [after(ms)] : [])]);
    const facts = new Map<string, SplitFacts>();
    for (const [id, key] of keys) {
      const known = this.#known.get(key);
      if (known != null) facts.set(id, known);
    }
    return { facts, complete: ![...keys.values()].some((key) => this.#asked.has(key)) };
  }

  #ask(key: string, tables: SplitTables): void {
    const asked = this.#look(tables, AbortSignal.any([this.#closing, AbortSignal.timeout(patience)]))
      // What is wrong with a table is said where it is run; one that takes too long is left alone.
      .catch(() => null)
      .then((facts) => {
        this.#asked.delete(key);
        this.#known.set(key, facts);
        const oldest = this.#known.keys().next();
        if (this.#known.size > kept && oldest.done !== true) this.#known.delete(oldest.value);
        return facts;
      });
    this.#asked.set(key, asked);
  }

  async #look({ whole, parts }: SplitTables, signal: AbortSignal): Promise<SplitFacts> {
    const keys = whole.schema.filter(({ name, type }) => saysWhose(name, type)).slice(0, mostKeys);
    const compared = whole.schema.filter(({ name, type }) => !isIdentifier(name, type));
    const about = compared.map(({ name }) => `approx_count_distinct(${quoteColumn(name)})`);
    const counts = ['count(*)', ...keys.map(({ name }) => `count(distinct ${quoteColumn(name)})`), ...about];
    const [rows = 0, ...numbers] = await this.#numbers([{ name: 't', relation: whole.relation }], `select ${counts.join(', ')} from t`, counts.length, signal);
    const combinations = numbers.slice(keys.length).reduce((product, different) => Math.min(Number.MAX_SAFE_INTEGER, product * Math.max(1, different)), 1);
    const found = { rows, combinations, distinct: Object.fromEntries(keys.map(({ name }, i) => [name, numbers[i] ?? 0])) };
    if (compared.length < 2) return { ...found, compared: null, testRows: 0, twins: 0 };
    const telling = compared.map(({ name }) => name);
    const hash = `hash(${telling.map(quoteColumn).join(', ')})`;
    if (parts === null) {
      const repeated = `select coalesce(sum(n), 0), coalesce(sum(n) filter (where n > 1), 0) from (select count(*) as n from t group by ${hash})`;
      const [testRows = 0, same = 0] = await this.#numbers([{ name: 't', relation: whole.relation }], repeated, 2, signal);
      return { ...found, compared: telling, testRows, twins: same };
    }
    const twins = `select count(*), count(*) filter (where ${hash} in (select ${hash} from train)) from test`;
    const inputs = [{ name: 'train', relation: parts.train.relation }, { name: 'test', relation: parts.test.relation }];
    const [testRows = 0, same = 0] = await this.#numbers(inputs, twins, 2, signal);
    return { ...found, compared: telling, testRows, twins: same };
  }

  async #numbers(inputs: readonly { readonly name: string; readonly relation: Relation }[], text: string, count: number, signal: AbortSignal): Promise<number[]> {
    const schema: Schema = Array.from({ length: count }, (_, i) => ({ name: `c${i}`, type: 'integer' }));
    const named = `select * from (${text}) as answer(${schema.map(({ name }) => name).join(', ')})`;
    const { rows } = await this.#database.rows({ op: 'sql', inputs, text: named, schema }, 1, signal);
    return (rows[0] ?? []).map(Number);
  }
}
