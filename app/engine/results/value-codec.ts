import { inputsOf, mapInputs } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import type { PortValue } from '#app/sdk/ports.ts';

/**
 * Port values as they are kept between sessions. Tables scan artifact files by absolute path while the engine runs; kept values
 * name the artifact instead, so that a project folder can be moved, and so that a lost artifact can be noticed.
 */

const scheme = 'artifact:';

export interface ArtifactPlaces {
  path(id: string): string;
  /** Id of the artifact at a path, or null when the path is not one of ours. */
  idOf(path: string): string | null;
}

export function encodeValue(value: PortValue, places: ArtifactPlaces): PortValue {
  return mapPaths(value, (path) => {
    const id = places.idOf(path);
    return id === null ? path : scheme + id;
  });
}

export function decodeValue(value: PortValue, places: ArtifactPlaces): PortValue {
  return mapPaths(value, (path) => (path.startsWith(scheme) ? places.path(path.slice(scheme.length)) : path));
}

/** Ids of every artifact that an encoded value needs. */
export function artifactsOf(encoded: PortValue): Set<string> {
  const ids = new Set<string>();
  mapPaths(encoded, (path) => {
    if (path.startsWith(scheme)) ids.add(path.slice(scheme.length));
    return path;
  });
  if (encoded.kind === 'model') {
    ids.add(encoded.onnx);
    ids.add(encoded.golden);
  }
  return ids;
}

function mapPaths(value: PortValue, map: (path: string) => string): PortValue {
  return value.kind === 'table' ? { ...value, relation: mapRelation(value.relation, map) } : value;
}

/** Depth is that of a fused chain, at most a few hundred operators. */
function mapRelation(relation: Relation, map: (path: string) => string): Relation {
  if (relation.op === 'scan') return relation.source.kind === 'parquet' ? { ...relation, source: { ...relation.source, paths: relation.source.paths.map(map) } } : relation;
  return mapInputs(relation, (input) => mapRelation(input, map));
}

/** Operators whose result is worth keeping when it is used more than once: they hold back all rows before the first comes out. */
const heavyOps = new Set<Relation['op']>(['aggregate', 'join', 'asof', 'sort', 'distinct', 'window', 'pivot', 'set', 'sql']);

/** Whether any operator above the scans is heavy. Iterative: called while planning a run. */
export function isHeavy(relation: Relation): boolean {
  const stack: Relation[] = [relation];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (heavyOps.has(at.op)) return true;
    stack.push(...inputsOf(at));
  }
  return false;
}
