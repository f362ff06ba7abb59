/**
 * The layer rules as data: who may import whom. Paths are relative to the repository; the first zone that contains a file counts.
 * `may` lists prefixes of our own files; `packages` restricts a library to one place.
 */

const core = ['app/core/'];
const contract = [...core, 'app/sdk/', 'app/relation/'];

export const zones = [
  { name: 'app/core', files: /^app\/core\//, may: [] },
  { name: 'app/sdk', files: /^app\/sdk\//, may: [...core, 'app/relation/types.ts'] },
  { name: 'app/relation', files: /^app\/relation\//, may: core, browser: true },
  { name: 'app/pipeline', files: /^app\/pipeline\//, may: contract, browser: true },
  { name: 'app/reports', files: /^app\/reports\//, may: [...contract, 'app/pipeline/'], browser: true },
  { name: 'app/brief', files: /^app\/brief\//, may: [...contract, 'app/pipeline/'], browser: true },
  { name: 'app/protocol', files: /^app\/protocol\//, may: [...contract, 'app/access/roles.ts', 'app/access/procedures.ts', 'app/brief/', 'app/pipeline/', 'app/reports/'], browser: true },
  { name: 'app/sealing', files: /^app\/sealing\//, may: core },
  { name: 'app/data', files: /^app\/data\//, may: [...contract, 'app/sealing/'] },
  { name: 'app/ml', files: /^app\/ml\//, may: [...contract, 'app/sealing/'] },
  { name: 'app/scripting', files: /^app\/scripting\//, may: [...contract, 'app/sealing/'] },
  { name: 'app/store', files: /^app\/store\//, may: [...contract, 'app/sealing/'] },
  // Pure words about roles: the page uses them, too.
  { name: 'app/access/roles', files: /^app\/access\/(roles|procedures)\.ts$/, may: [...core, 'app/access/roles.ts'], browser: true },
  { name: 'app/access', files: /^app\/access\//, may: [...core, 'app/store/database.ts', 'app/store/migrations/index.ts', 'app/store/records.ts'] },
  { name: 'app/engine', files: /^app\/engine\//, may: ['app/access/', 'app/core/', 'app/sdk/', 'app/relation/', 'app/brief/', 'app/pipeline/', 'app/reports/', 'app/protocol/', 'app/data/', 'app/ml/', 'app/scripting/', 'app/sealing/', 'app/store/', 'nodes/'] },
  { name: 'app/serve/bundle-server', files: /^app\/serve\/bundle-server\//, may: contract },
  { name: 'app/serve/model-server', files: /^app\/serve\/model-server\//, may: [...contract, 'app/data/', 'app/ml/', 'app/sealing/', 'app/store/', 'app/serve/bundle-server/'] },
  { name: 'app/serve', files: /^app\/serve\//, may: ['app/access/', 'app/engine/', 'app/pipeline/', 'app/protocol/', ...core] },
  { name: 'app/cli', files: /^app\/cli\//, may: ['app/access/', 'app/brief/', 'app/engine/', 'app/pipeline/', 'app/reports/', 'app/protocol/', 'app/sealing/', 'app/serve/', 'app/sdk/', ...core] },
  { name: 'main', files: /^main\//, may: [...core, 'app/protocol/'] },
  { name: 'nodes view', files: /^nodes\/.*\/view\.tsx$/, may: [...contract, 'renderer/ui/'], own: true, browser: true },
  { name: 'nodes run', files: /^nodes\/.*\/run\.ts$/, may: [...contract, 'app/ml/'], own: true },
  { name: 'nodes', files: /^nodes\//, may: contract, own: true, browser: true },
  {
    name: 'renderer',
    files: /^renderer\//,
    may: [...contract, 'app/access/roles.ts', 'app/access/procedures.ts', 'app/brief/', 'app/pipeline/', 'app/reports/', 'app/protocol/'],
    mayMatch: /^nodes\/[^/]+\/[^/]+\/(node\.ts|relation\.ts|view\.tsx|icon\.svg|help(\.de)?\.md|text\.de\.json)$|^nodes\/text\.de\.json$/,
    browser: true,
  },
];

/** Libraries that have one home. */
export const homes = [
  { package: /^@duckdb\//, home: /^app\/data\//, say: 'DuckDB is imported only in app/data' },
  // The store keeps the project in SQLite; app/data/databases reads and writes people's own SQLite files.
  { package: /^better-sqlite3(-multiple-ciphers)?$/, home: /^app\/(store|data\/databases)\//, say: 'SQLite is imported only in app/store and app/data/databases' },
  { package: /^(pg|pg-cursor|pg-copy-streams|mysql2|mariadb)(\/|$)/, home: /^app\/data\/databases\//, say: 'Clients of databases outside are imported only in app/data/databases' },
  { package: /^onnxruntime-node$/, home: /^app\/ml\//, say: 'onnxruntime is imported only in app/ml' },
  { package: /^onnxruntime-web/, home: /^app\/(serve\/bundle-server|ml)\//, say: 'onnxruntime-web is imported only in the bundle server' },
  { package: /^@tensorflow\//, home: /^app\/ml\//, say: 'TensorFlow.js is imported only in app/ml' },
  { package: /^h5wasm/, home: /^app\/ml\//, say: 'HDF5 is read only in app/ml' },
  { package: /^isomorphic-git/, home: /^app\/engine\/history\//, say: 'git is used only in app/engine/history' },
  { package: /^danfojs/, home: /^app\/scripting\//, say: 'Danfo is used only in app/scripting' },
  { package: /^plotly/, home: /^renderer\/results\//, say: 'Plotly is imported only in renderer/results' },
  { package: /^@xyflow\//, home: /^renderer\/canvas\//, say: 'React Flow is imported only in renderer/canvas' },
  { package: /^openid-client/, home: /^app\/access\/oidc\//, say: 'OpenID Connect is spoken only in app/access/oidc' },
  { package: /^electron$/, home: /^main\//, say: 'electron is imported only in main' },
];

/** The sentence for a forbidden import, or null. `file` and `target` are repository paths; `specifier` is as written. */
export function judgeImport(file, specifier, target) {
  const isTest = /(\.test\.tsx?$)|(\/testing(\/|\.ts$))/.test(file) || file.startsWith('e2e/') || file.startsWith('bench/') || file.startsWith('scripts/');
  if (target === null) {
    if (isTest) return null;
    for (const rule of homes) {
      if (rule.package.test(specifier) && !rule.home.test(file)) return `${rule.say}.`;
    }
    const zone = zones.find((one) => one.files.test(file));
    if (zone?.browser && specifier.startsWith('node:')) {
      return `${zone.name} also runs in the browser and may not import ${specifier}.`;
    }
    return null;
  }
  if (isTest) return null;
  const zone = zones.find((one) => one.files.test(file));
  if (!zone) return null;
  const root = zone.files.source.startsWith('^nodes') ? file.split('/').slice(0, 3).join('/') + '/' : rootOf(zone, file);
  if (target.startsWith(root)) return null;
  if (target.endsWith('package.json')) return null;
  if (zone.may.some((prefix) => target.startsWith(prefix))) return null;
  if (zone.mayMatch?.test(target)) return null;
  const allowed = zone.may.length > 0 ? zone.may.join(', ') : 'nothing of ours';
  return `Layer rule: ${zone.name} may import ${allowed}${zone.own ? ' and its own folder' : ''}; it may not import ${target}.`;
}

function rootOf(zone, file) {
  const match = zone.files.exec(file);
  return match ? match[0] : file;
}
