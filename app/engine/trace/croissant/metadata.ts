import type { Column } from '#app/relation/types.ts';

/** What is told of a dataset; what is not known is left out. */
export interface CroissantFacts {
  readonly name: string;
  readonly description: string;
  readonly license: string | null;
  readonly url: string | null;
  readonly citeAs: string | null;
  readonly creator: string | null;
  readonly published: Date;
  readonly version: string | null;
  readonly file: { readonly name: string; readonly bytes: number; readonly sha256: string; readonly format: 'text/csv' | 'application/x-parquet' };
  readonly columns: readonly Column[];
}

/** The context of Croissant 1.0 as its specification has it (docs.mlcommons.org/croissant/docs/croissant-spec.html). */
const context = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataBiases: 'cr:dataBiases',
  dataCollection: 'cr:dataCollection',
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  parentField: 'cr:parentField',
  path: 'cr:path',
  personalSensitiveInformation: 'cr:personalSensitiveInformation',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  rai: 'http://mlcommons.org/croissant/RAI/',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
} as const;

const dataTypes: Readonly<Record<Column['type'], string>> = { boolean: 'sc:Boolean', integer: 'sc:Integer', float: 'sc:Float', string: 'sc:Text', date: 'sc:Date', time: 'sc:Text', timestamp: 'sc:Date', binary: 'sc:Text' };

/** Ids in JSON-LD are references: no white space or signs in them; two columns never get the same one. */
function idsOf(columns: readonly Column[]): string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    const plain = name.normalize('NFKD').replaceAll(/[^A-Za-z0-9_-]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'column';
    let id = plain;
    for (let count = 2; taken.has(id); count += 1) id = `${plain}-${count}`;
    taken.add(id);
    return id;
  });
}

/** Croissant 1.0 metadata of one table in one file. */
export function croissantMetadata(facts: CroissantFacts): Record<string, unknown> {
  const { file, columns } = facts;
  const ids = idsOf(columns);
  return {
    '@context': context,
    '@type': 'sc:Dataset',
    name: facts.name,
    description: facts.description,
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    ...(facts.license === null ? {} : { license: facts.license }),
    ...(facts.url === null ? {} : { url: facts.url }),
    ...(facts.citeAs === null ? {} : { citeAs: facts.citeAs }),
    ...(facts.creator === null ? {} : { creator: { '@type': 'sc:Person', name: facts.creator } }),
    datePublished: facts.published.toISOString(),
    ...(facts.version === null ? {} : { version: facts.version }),
    distribution: [{ '@type': 'cr:FileObject', '@id': file.name, name: file.name, contentUrl: file.name, contentSize: `${file.bytes} B`, encodingFormat: file.format, sha256: file.sha256 }],
    recordSet: [
      {
        '@type': 'cr:RecordSet',
        '@id': 'rows',
        name: 'rows',
        field: columns.map(({ name, type }, index) => ({
          '@type': 'cr:Field',
          '@id': `rows/${ids[index] ?? index}`,
          name: `rows/${ids[index] ?? index}`,
          description: name,
          dataType: dataTypes[type],
          source: { fileObject: { '@id': file.name }, extract: { column: name } },
        })),
      },
    ],
  };
}
