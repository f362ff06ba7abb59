export type RequestLanguage = 'curl' | 'Python' | 'JavaScript';

/** A request to a model server as a person would send it from elsewhere. `needsToken`: with a place for the token. */
export function requestAs(language: RequestLanguage, url: string, record: Readonly<Record<string, unknown>>, needsToken: boolean): string {
  const records = JSON.stringify([record]);
  switch (language) {
    case 'curl':
      return [`curl ${url}`, `-H 'content-type: application/json'`, ...(needsToken ? [`-H "authorization: Bearer $PENSTOCK_TOKEN"`] : []), `-d '${records.replaceAll("'", String.raw`'\''`)}'`].join(' \\\n  ');
    case 'Python':
      return [
        'import json, os, urllib.request',
        '',
        `records = json.loads(${JSON.stringify(records)})`,
        'request = urllib.request.Request(',
        `    ${JSON.stringify(url)},`,
        '    data=json.dumps(records).encode(),',
        `    headers={"content-type": "application/json"${needsToken ? ', "authorization": "Bearer " + os.environ["PENSTOCK_TOKEN"]' : ''}},`,
        ')',
        'print(json.load(urllib.request.urlopen(request))["predictions"])',
      ].join('\n');
    case 'JavaScript':
      return [`const response = await fetch(${JSON.stringify(url)}, {`, `  method: 'POST',`, `  headers: { 'content-type': 'application/json'${needsToken ? ', authorization: `Bearer ${process.env.PENSTOCK_TOKEN}`' : ''} },`, `  body: JSON.stringify(${records}),`, '});', 'console.log((await response.json()).predictions);'].join('\n');
  }
}
