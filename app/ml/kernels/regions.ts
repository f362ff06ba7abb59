import { clusterRegions } from '../clustering/k-means/region.ts';
import { treeRegions } from '../trees/regions.ts';

/** Everything that threads do together, by name. */
export const regions = { ...treeRegions, ...clusterRegions } as const;
export type RegionName = keyof typeof regions;
