import { formatBytes, formatCount } from '#app/core/units.ts';
import type { Need } from './estimate.ts';
import type { Draft, DraftNode } from './draft.ts';
import { exactly, plus, range, total, times, whole, type Range } from './range.ts';

export type Verdict = 'ok' | 'warning' | 'refuse';

export interface NodePreflight {
  /** Of its first table; null where it has none or nothing is known. */
  readonly rows: Range | null;
  /** Of that table in memory. */
  readonly bytes: Range | null;
  /** Of its own work. */
  readonly memory: Range;
  /** Whether DuckDB will likely move data to the disk while it works. */
  readonly spills: boolean;
  readonly verdict: Verdict;
  /** Empty where all is well. */
  readonly why: string;
  readonly remedy: string;
}

export interface Preflight {
  readonly nodes: Readonly<Record<string, NodePreflight>>;
  /** Bytes that the run writes: kept tables, compressed. */
  readonly disk: { readonly need: Range; readonly free: number; readonly budget: number; readonly verdict: Verdict; readonly why: string; readonly remedy: string };
  readonly memory: { readonly limit: number; readonly machine: number };
}

export interface Resources {
  /** Limit of queries, bytes. */
  readonly memoryLimit: number;
  /** Memory of the machine (or container). */
  readonly machineMemory: number;
  /** Free bytes where results are written, and where queries spill to. */
  readonly freeDisk: number;
  readonly spillRoom: number;
  /** Budget of kept results. */
  readonly diskBudget: number;
}

/** Share of the machine that a node's own code may fill: the rest is the system's, the front end's and DuckDB's buffers. */
const ownShare = 0.8;
/** Parquet with zstd of ordinary tables against the same in memory. */
export const compressed = 0.4;

/**
 * Whether each node of a run will fit. A refusal needs certainty: even the low estimate does not fit. A warning says that the likely
 * one does not. What DuckDB can spill is only limited by the disk.
 * @param ids nodes that will run; @param kept tables that will be written, in memory bytes.
 */
export function preflight(draft: Draft, ids: readonly string[], kept: readonly Range[], resources: Resources): Preflight {
  const nodes: Record<string, NodePreflight> = {};
  for (const id of ids) {
    const one = draft.nodes.get(id);
    if (one !== undefined) nodes[id] = nodePreflight(draft, one, resources);
  }
  return { nodes, disk: diskPreflight(kept, resources), memory: { limit: resources.memoryLimit, machine: resources.machineMemory } };
}

function nodePreflight(draft: Draft, one: DraftNode, resources: Resources): NodePreflight {
  const table = Object.values(one.tables)[0];
  const rows = table === undefined ? null : whole(draft.estimator.of(table).rows);
  const bytes = table === undefined ? null : whole(draft.estimator.bytes(table));
  const memory = whole(together(one.needs));
  const base = { rows, bytes, memory };
  if (one.state === 'done') return { ...base, memory: exactly(0), spills: false, verdict: 'ok', why: '', remedy: '' };
  const judged = one.needs.map((need) => ({ need, ...judge(need, resources) }));
  const worst = judged.find(({ verdict }) => verdict === 'refuse') ?? judged.find(({ verdict }) => verdict === 'warning');
  const spills = one.needs.some((need) => need.spills && need.bytes.likely > resources.memoryLimit);
  if (worst === undefined) return { ...base, spills, verdict: 'ok', why: spills ? `It needs more memory than the ${formatBytes(resources.memoryLimit)} of queries and will use the disk.` : '', remedy: '' };
  return { ...base, spills, verdict: worst.verdict, why: worst.why, remedy: worst.need.spills ? freeSpace : remedyOf(one) };
}

const freeSpace = 'Free space on the disk of temporary files, or work on fewer rows or columns.';

function remedyOf(one: DraftNode): string {
  const training = one.node.node.type.startsWith('train/');
  return `Put a filter or a Sample before it, select fewer columns${training ? ', keep fewer categories of text columns' : ''}, or raise the memory limit in Settings.`;
}

function judge(need: Need, resources: Resources): { readonly verdict: Verdict; readonly why: string } {
  const room = need.spills ? resources.memoryLimit + resources.spillRoom : need.what.startsWith('the training') || !isQuery(need) ? resources.machineMemory * ownShare : resources.memoryLimit;
  const place = need.spills ? `${formatBytes(resources.spillRoom)} of disk for temporary data` : `${formatBytes(room)} of memory ${isQuery(need) ? 'for queries' : 'that it may use'}`;
  if (need.bytes.low > room) return { verdict: 'refuse', why: `${first(need.what)} needs at least ${formatBytes(need.bytes.low)}; there are ${place}.` };
  if (need.bytes.likely > room) return { verdict: 'warning', why: `${first(need.what)} likely needs ${formatBytes(need.bytes.likely)}; there are ${place}.` };
  return { verdict: 'ok', why: '' };
}

/** Needs of queries are named by their operator; those of a node's own code say what is held. */
const isQuery = (need: Need): boolean => need.spills || need.what.includes('keeps every value');
const first = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The largest two likely ones; at least the largest, at most all. */
function together(needs: readonly Need[]): Range {
  const likely = needs.map((need) => need.bytes.likely).toSorted((a, b) => b - a);
  return range(Math.max(0, ...needs.map((need) => need.bytes.low)), (likely[0] ?? 0) + (likely[1] ?? 0), total(needs.map((need) => need.bytes)).high);
}

function diskPreflight(kept: readonly Range[], { freeDisk, diskBudget }: Resources): Preflight['disk'] {
  const need = whole(times(kept.reduce(plus, exactly(0)), compressed));
  const base = { need, free: freeDisk, budget: diskBudget };
  if (need.low > freeDisk) {
    return { ...base, verdict: 'refuse', why: `The results that are kept need at least ${formatBytes(need.low)}; ${formatBytes(freeDisk)} are free on the disk.`, remedy: 'Free some space, unpin results, or work on fewer rows.' };
  }
  if (need.likely > freeDisk) {
    return { ...base, verdict: 'warning', why: `The results that are kept likely need ${formatBytes(need.likely)}; ${formatBytes(freeDisk)} are free on the disk.`, remedy: 'Free some space, unpin results, or work on fewer rows.' };
  }
  if (need.likely > diskBudget) {
    return { ...base, verdict: 'warning', why: `The results that are kept likely need ${formatBytes(need.likely)}, more than the ${formatBytes(diskBudget)} that the project may use: some will be removed again.`, remedy: 'Raise the disk budget in Settings.' };
  }
  return { ...base, verdict: 'ok', why: '', remedy: '' };
}

/** “about 1 200 000 rows”, “200 000 to 1 500 000 rows”. */
export function rowsInWords(rows: Range): string {
  if (rows.low === rows.high) return `${formatCount(rows.likely)} rows`;
  if (rows.high <= rows.likely * 1.5 && rows.low >= rows.likely * 0.5) return `about ${formatCount(rounded(rows.likely))} rows`;
  return `likely ${formatCount(rounded(rows.likely))} rows, at most ${formatCount(rounded(rows.high))}`;
}

/** Two digits: more would be false precision. */
function rounded(value: number): number {
  if (value < 100) return Math.round(value);
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.round(value / step) * step;
}
