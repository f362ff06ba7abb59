import { z } from 'zod';
import type { AuditRecord, ModelVersionRecord } from '#app/store/index.ts';

/** A model as a server's settings, or the audit log's account of them, name it. */
export interface ServedReference {
  /** In addresses, and of its request log. */
  readonly name: string;
  readonly reference: string;
}

/** For what time a server served something, by its records in the audit log. `until` null: it still does. */
export interface ServedSpan extends ServedReference {
  readonly from: number;
  readonly until: number | null;
}

const nameOf = (reference: string): string => reference.split('@')[0] ?? reference;
const withReference = z.looseObject({ reference: z.string() }).nullish();
const settingsModel = z.looseObject({ name: z.string(), reference: z.string(), canary: withReference, shadow: withReference });
const versioned = z.looseObject({ name: z.string(), version: z.number().optional() });

/** What one record says is served from then on; null: it says nothing of it. */
function servedBy({ action, details }: AuditRecord): readonly ServedReference[] | null {
  const after = z.looseObject({ models: z.array(z.unknown()) }).safeParse(details['after']);
  const named = after.success ? after.data.models : [details['model'] ?? [], details['models'] ?? []].flat();
  const found = named.flatMap((one): ServedReference[] => {
    if (typeof one === 'string') return [{ name: nameOf(one), reference: typeof details['version'] === 'number' && !one.includes('@') ? `${one}@${details['version']}` : one }];
    const model = settingsModel.safeParse(one);
    if (model.success) return [model.data.reference, model.data.canary?.reference ?? [], model.data.shadow?.reference ?? []].flat().map((reference) => ({ name: model.data.name, reference }));
    const plain = versioned.safeParse(one);
    return plain.success ? [{ name: plain.data.name, reference: plain.data.version === undefined ? plain.data.name : `${plain.data.name}@${plain.data.version}` }] : [];
  });
  return found.length === 0 && action !== 'server.stopped' && action !== 'server.removed' ? null : found;
}

/** What a server served, and when. @param records of this server, in any order */
export function servedSpans(records: readonly AuditRecord[]): ServedSpan[] {
  const steps = records.toSorted((a, b) => a.seq - b.seq).flatMap((record) => {
    const served = servedBy(record);
    return served === null ? [] : [{ at: record.at, served }];
  });
  return steps.flatMap(({ at, served }, index) => served.map((one) => ({ ...one, from: at, until: steps[index + 1]?.at ?? null })));
}

/**
 * Versions that a reference meant in a span, as far as the audit log tells: each alias and stage has its history there. Where it tells nothing,
 * what the reference means now.
 * @param records `model.alias` and `model.stage` of any model, in any order
 */
export function versionsMeant({ reference, from, until }: Pick<ServedSpan, 'reference' | 'from' | 'until'>, records: readonly AuditRecord[], models: readonly Pick<ModelVersionRecord, 'name' | 'version' | 'createdAt'>[], now: (reference: string) => number | null): { readonly name: string; readonly version: number }[] {
  const name = nameOf(reference);
  const wanted = reference.includes('@') ? reference.slice(name.length + 1) : null;
  const exact = wanted !== null && /^\d+$/.test(wanted) ? Number(wanted) : null;
  if (exact !== null) return models.some((one) => one.name === name && one.version === exact) ? [{ name, version: exact }] : [];
  const present = now(reference);
  const end = until ?? Number.POSITIVE_INFINITY;
  const moves: { readonly at: number; readonly before: number | null; readonly after: number | null }[] =
    wanted === 'latest'
      ? models.filter((one) => one.name === name).map(({ version, createdAt }) => ({ at: createdAt, before: version > 1 ? version - 1 : null, after: version })).toSorted((a, b) => a.at - b.at)
      : records
          .toSorted((a, b) => a.seq - b.seq)
          .flatMap((record) => {
            const version = Number(/@(\d+)$/.exec(record.subject)?.[1]);
            if (!record.subject.startsWith(`model:${name}@`) || !Number.isInteger(version)) return [];
            const { details } = record;
            if (record.action === 'model.alias' && details['alias'] === wanted) return [{ at: record.at, before: numberOf(details['from']), after: numberOf(details['to']) }];
            // A bare name is the version in production, where one is.
            if (record.action === 'model.stage' && details['to'] === (wanted ?? 'production')) return [{ at: record.at, before: null, after: version }];
            return [];
          });
  const before = moves.filter(({ at }) => at <= from).at(-1);
  const within = moves.filter(({ at }) => at > from && at < end);
  // Of a time before the first move: what that move says was there until then.
  const newest = wanted === null ? (models.filter((one) => one.name === name && one.createdAt <= from).toSorted((a, b) => b.version - a.version)[0]?.version ?? null) : null;
  const first = before?.after ?? newest ?? (before === undefined && moves[0] !== undefined ? moves[0].before : before === undefined ? present : null);
  const versions = [first, ...within.map(({ after }) => after)].filter((version) => version !== null);
  return [...new Set(versions)].map((version) => ({ name, version }));
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
