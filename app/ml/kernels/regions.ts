import { clusterRegions } from '../clustering/k-means/region.ts';
import { rowRegions } from '../matrix/row-regions.ts';
import { treeRegions } from '../trees/regions.ts';

/** Everything that threads do together, by name. */
export const regions = { ...treeRegions, ...clusterRegions, ...rowRegions } as const;
export type RegionName = keyof typeof regions;
