import { canonicalJson, stableHash } from '#app/core/hash.ts';
import type { Fingerprint } from '#app/sdk/node.ts';

/** Everything a node's result depends on. Layout, the node's own title and comments are not in it. Plain JSON, kept beside the result. */
export interface KeyParts {
  readonly type: string;
  readonly version: number;
  /** As parsed by the type's schema, so that an omitted default and a written one are equal. */
  readonly params: unknown;
  readonly fingerprint: Fingerprint;
  /** By input port, edges in order. `nodeId` and `title` are for words only; they are not in the key. */
  readonly upstream: Readonly<Record<string, readonly UpstreamPart[]>>;
}

export interface UpstreamPart {
  readonly key: string;
  readonly port: string;
  readonly nodeId: string;
  readonly title: string;
}

/** Merkle key: 64 hex digits. Upstream nodes are in it by their own keys. */
export function cacheKey(parts: KeyParts): string {
  const upstream = Object.fromEntries(Object.entries(parts.upstream).map(([port, edges]) => [port, edges.map((edge) => [edge.key, edge.port])]));
  return stableHash({ type: parts.type, version: parts.version, params: parts.params, fingerprint: parts.fingerprint, upstream });
}

/**
 * 32-bit seed of a node, from its type alone: equal inputs give equal results on any machine (a key also holds a file's time), and
 * two runs that differ in one param differ only by it. A node that wants variety offers a seed among its params.
 */
export function seedOf(type: string): number {
  return Number.parseInt(stableHash(type).slice(0, 8), 16) >>> 0;
}

/** Why a result with `previous` parts does not stand for `current` ones, in words; empty when it does. */
export function explainStale(previous: KeyParts, current: KeyParts): string[] {
  const reasons: string[] = [];
  if (previous.type !== current.type) return [`node type ${previous.type} → ${current.type}`];
  if (previous.version !== current.version) reasons.push(`this version of Penstock computes it in another way (version ${previous.version} → ${current.version} of the node)`);
  explainParams('', previous.params, current.params, reasons);
  explainFingerprint(previous.fingerprint, current.fingerprint, reasons);
  explainUpstream(previous.upstream, current.upstream, reasons);
  if (reasons.length <= maxReasons) return reasons;
  return [...reasons.slice(0, maxReasons - 1), `${reasons.length - maxReasons + 1} more changes`];
}

/** More reasons than this do not help a reader. */
const maxReasons = 8;

function explainParams(path: string, before: unknown, after: unknown, reasons: string[], depth = 0): void {
  if (canonicalJson(before) === canonicalJson(after)) return;
  const name = `\`${path || 'params'}\``;
  if (isObject(before) && isObject(after) && depth < 6) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      explainParams(path === '' ? key : `${path}.${key}`, own(before, key), own(after, key), reasons, depth + 1);
    }
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && depth < 6 && before.some(isObject)) {
    before.forEach((item: unknown, index) => explainParams(`${path}[${index}]`, item, after[index], reasons, depth + 1));
  } else if (Array.isArray(before) && Array.isArray(after)) {
    reasons.push(explainList(name, before, after));
  } else if (before === undefined) {
    reasons.push(`${name} set to ${show(after)}`);
  } else if (after === undefined) {
    reasons.push(`${name} removed`);
  } else {
    reasons.push(`${name} ${show(before)} → ${show(after)}`);
  }
}

function explainList(name: string, before: readonly unknown[], after: readonly unknown[]): string {
  const text = (items: readonly unknown[]): Set<string> => new Set(items.map((item) => canonicalJson(item)));
  const old = text(before);
  const fresh = text(after);
  // Rows of a form, one put in or taken out: its place says more than how many there are.
  if (before.some(isObject) && Math.abs(before.length - after.length) === 1) {
    const [shorter, longer] = before.length < after.length ? [before, after] : [after, before];
    const differs = shorter.findIndex((item, index) => canonicalJson(item) !== canonicalJson(longer[index]));
    const at = differs === -1 ? shorter.length : differs;
    if (shorter.slice(at).every((item, index) => canonicalJson(item) === canonicalJson(longer[at + index + 1]))) {
      return `${name}: entry ${at + 1} ${before.length < after.length ? 'added' : 'removed'}`;
    }
  }
  const added = after.filter((item) => !old.has(canonicalJson(item)));
  const removed = before.filter((item) => !fresh.has(canonicalJson(item)));
  if (added.length + removed.length === 0) return `${name} in another order`;
  if (added.some(isObject) || removed.some(isObject) || added.length + removed.length > 6) {
    return `${name} changed (${before.length} → ${after.length} entries)`;
  }
  const parts = [
    ...(added.length > 0 ? [`added ${added.map(show).join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed ${removed.map(show).join(', ')}`] : []),
  ];
  return `${name}: ${parts.join('; ')}`;
}

/** Names are any text, also "valueOf": only own members count. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value);

function show(value: unknown): string {
  const text = typeof value === 'string' ? `“${value}”` : canonicalJson(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function explainFingerprint(before: Fingerprint, after: Fingerprint, reasons: string[]): void {
  for (const name of Object.keys(after).sort()) {
    if (own(before, name) === undefined) reasons.push(`\`${name}\` is read now`);
    else if (before[name] !== after[name]) reasons.push(`\`${name}\` changed on disk`);
  }
  for (const name of Object.keys(before).sort()) {
    if (own(after, name) === undefined) reasons.push(`\`${name}\` is no longer read`);
  }
}

function explainUpstream(before: KeyParts['upstream'], after: KeyParts['upstream'], reasons: string[]): void {
  for (const port of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    const old = own(before, port) ?? [];
    const fresh = own(after, port) ?? [];
    fresh.forEach((edge, index) => {
      const was = old[index];
      if (was === undefined) reasons.push(`*${edge.title}* was connected to ${port}`);
      else if (was.nodeId !== edge.nodeId) {
        if (was.key !== edge.key || was.port !== edge.port) reasons.push(`${port} comes from *${edge.title}* instead of *${was.title}*`);
      } else if (was.port !== edge.port) reasons.push(`${port} comes from another output of *${edge.title}*`);
      else if (was.key !== edge.key) reasons.push(`upstream *${edge.title}* changed`);
    });
    for (const was of old.slice(fresh.length)) reasons.push(`*${was.title}* is no longer connected to ${port}`);
  }
}
