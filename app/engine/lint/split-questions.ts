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

/**
 * What the rows of a split tell once there are results: how often identifiers repeat, and how many test rows are in the training part,
 * too. Two queries over the fused tables, kept by the split's cache key; nothing is run to answer.
 */
export class SplitQuestions {
  readonly #database: Database;
  readonly #known = new Map<string, SplitFacts | null>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Facts by node; nodes whose rows are not there yet, or take too long, are left out. */
  async answer(
    analysis: Analysis,
    resolver: PortValueResolver,
    splits: readonly { readonly node: { readonly id: string } }[],
    signal: AbortSignal,
  ): Promise<Map<string, SplitFacts>> {
    const facts = new Map<string, SplitFacts>();
    for (const { node } of splits) {
      const key = analysis.nodes.get(node.id)?.key;
      if (key === null || key === undefined) continue;
      if (!this.#known.has(key)) {
        const found = await this.#ask(analysis, resolver, node.id, signal);
        if (found === 'not-run') continue;
        this.#keep(key, found);
      }
      const known = this.#known.get(key);
      if (known != null) facts.set(node.id, known);
    }
    return facts;
  }

  #keep(key: string, facts: SplitFacts | null): void {
    this.#known.set(key, facts);
    if (this.#known.size <= kept) return;
    const oldest = this.#known.keys().next();
    if (oldest.done !== true) this.#known.delete(oldest.value);
  }

  async #ask(analysis: Analysis, resolver: PortValueResolver, nodeId: string, signal: AbortSignal): Promise<SplitFacts | null | 'not-run'> {
    const node = analysis.nodes.get(nodeId);
    const source = node?.inputs['table']?.[0];
    if (source === undefined) return 'not-run';
    // What cross-validates keeps its parts to itself.
    const hasParts = node?.type?.definition.outputs.some(({ name }) => name === 'train') === true;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    try {
      const [before, parts] = [await resolver.ports(source.nodeId), hasParts ? await resolver.ports(nodeId) : {}];
      if (isMissing(before) || isMissing(parts)) return 'not-run';
      const [whole, train, test] = [before[source.port], parts['train'], parts['test']];
      if (whole?.kind !== 'table') return null;
      return await this.#look(whole, train?.kind === 'table' && test?.kind === 'table' ? { train, test } : null, limit);
    } catch (error) {
      signal.throwIfAborted();
      // What is wrong with a table is said where it is run; a table that takes too long is left alone.
      if (error instanceof Error) return null;
      throw error;
    }
  }

  async #look(whole: TableValue, parts: { readonly train: TableValue; readonly test: TableValue } | null, signal: AbortSignal): Promise<SplitFacts> {
    const keys = whole.schema.filter(({ name, type }) => saysWhose(name, type)).slice(0, mostKeys);
    const compared = whole.schema.filter(({ name, type }) => !isIdentifier(name, type));
    const about = compared.map(({ name }) => `approx_count_distinct(${quoteColumn(name)})`);
    const counts = ['count(*)', ...keys.map(({ name }) => `count(distinct ${quoteColumn(name)})`), ...about];
    const [rows = 0, ...numbers] = await this.#numbers([{ name: 't', relation: whole.relation }], `select ${counts.join(', ')} from t`, counts.length, signal);
    const combinations = numbers.slice(keys.length).reduce((product, different) => Math.min(Number.MAX_SAFE_INTEGER, product * Math.max(1, different)), 1);
    const found = { rows, combinations, distinct: Object.fromEntries(keys.map(({ name }, i) => [name, numbers[i] ?? 0])) };
    const telling = parts !== null && compared.length >= 2 ? compared.map(({ name }) => name) : null;
    if (parts === null || telling === null) return { ...found, compared: null, testRows: 0, twins: 0 };
    const hash = `hash(${telling.map(quoteColumn).join(', ')})`;
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
