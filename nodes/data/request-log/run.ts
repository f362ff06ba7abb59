import { PenstockError } from '#app/core/errors.ts';
import { call, col, lit } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { Facts, NodeExecutor, ProbeContext } from '#app/sdk/node.ts';
import { logFacts, type Params } from './node.ts';

const dayMs = 86_400_000;

/** Where servers of this project write: in the project, which a pipeline file run by itself has beside it. */
const foldersOf = ({ model }: Params, { resolvePath }: Pick<ProbeContext, 'resolvePath'>): string[] => [resolvePath(`requests/${model}`), resolvePath(`.penstock/requests/${model}`)];

async function probe(params: Params, context: Pick<ProbeContext, 'files' | 'resolvePath'>): Promise<Facts> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(params.model)) return {};
  const log = await context.files.requestLog(foldersOf(params, context));
  if (log !== null) return { ...log };
  throw new PenstockError('no-request-log', `Nothing was logged of requests to “${params.model}”.`, { remedy: 'Serve the model and send it requests; the share that is written is set on the page Serving.', place: { param: ['model'] } });
}

export const executor: NodeExecutor<Params> = {
  probe,

  async fingerprint(params, context) {
    const log = logFacts(await probe(params, context).catch(() => null));
    if (log === null) return {};
    const size = log.segments.reduce((sum, segment) => sum + segment.size, 0);
    const newest = log.segments.reduce((latest, segment) => Math.max(latest, segment.mtimeMs), 0);
    // With the last days in question, the day counts, too.
    return { requests: `${log.segments.length}:${size}:${newest}`, ...(params.days === 0 ? {} : { day: String(Math.floor(Date.now() / dayMs)) }) };
  },

  async run(context) {
    const { params, tables, progress } = context;
    const log = logFacts(await probe(params, context));
    if (log === null) throw new Error('request-log: run without a model');
    progress(null, 'Reading the log');
    const table = await tables.readRequestLog(log, params.model);
    const predicate = wanted(params, Date.now());
    if (predicate === null) return { table };
    const relation: Relation = { op: 'filter', input: table.relation, predicate };
    return { table: await tables.materialise(relation, params.model) };
  },
};

function wanted({ rows, days }: Params, now: number): Expr | null {
  const is = (name: string, value: string): Expr => call('equals', col(name), lit(value));
  const conditions: Expr[] = [];
  if (rows !== 'all') conditions.push(call('equals', col('status'), lit(200)));
  if (rows === 'answered') conditions.push(call('not_equals', col('variant'), lit('shadow')));
  if (rows === 'primary' || rows === 'shadow') conditions.push(is('variant', rows));
  if (days > 0) conditions.push(call('greater_than_or_equal', col('time'), lit(new Date(now - days * dayMs).toISOString().slice(0, 19).replace('T', ' '), 'timestamp')));
  return conditions.length === 0 ? null : conditions.reduce((a, b) => call('and', a, b));
}
