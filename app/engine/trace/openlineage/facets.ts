import { createHash } from 'node:crypto';
import { penstockVersion } from '#app/core/version.ts';

/** The published schemas that our events follow: base event and one version of each facet (openlineage.io/spec). */
const specification = 'https://openlineage.io/spec';
export const producer = `urn:penstock:${penstockVersion}`;
export const runEventSchemaUrl = `${specification}/2-0-2/OpenLineage.json#/$defs/RunEvent`;

/** Version of the schema of each facet. */
export const facetVersions = {
  ColumnLineageDatasetFacet: '1-2-0',
  DatasetVersionDatasetFacet: '1-0-1',
  DatasourceDatasetFacet: '1-0-1',
  ErrorMessageRunFacet: '1-0-1',
  JobTypeJobFacet: '2-0-4',
  OutputStatisticsOutputDatasetFacet: '1-0-2',
  ParentRunFacet: '1-2-0',
  ProcessingEngineRunFacet: '1-1-1',
  SQLJobFacet: '1-1-0',
  SchemaDatasetFacet: '1-2-0',
} as const;
export type FacetName = keyof typeof facetVersions;

export type Facet = { readonly _producer: string; readonly _schemaURL: string } & Readonly<Record<string, unknown>>;

export function facet(name: FacetName, content: Readonly<Record<string, unknown>>): Facet {
  return { _producer: producer, _schemaURL: `${specification}/facets/${facetVersions[name]}/${name}.json#/$defs/${name}`, ...content };
}

/** A UUID that is always the same for a name: runs have ids of another form here. */
export function uuidOf(name: string): string {
  const hex = createHash('sha256').update(`penstock:${name}`).digest('hex');
  // Version 8, “custom” in RFC 9562, with the variant that goes with it.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${(0x8 | (Number.parseInt(hex[16] ?? '0', 16) & 0x3)).toString(16)}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
