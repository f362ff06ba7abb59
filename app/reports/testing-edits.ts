import { pick, type Random } from '#app/pipeline/testing-edits.ts';
import type { ReportCommand } from './commands.ts';
import type { Block, Place, ReportDocument } from './document.ts';

/** Random edits of reports for tests; all fit the report that they are made for. */

const oddIds = ['constructor', 'toString', '12', '7', 'é', 'hasOwnProperty', ' ', '__proto__'];
const words = ['Rows', 'Ärger', '“quoted”', 'a\nb', '{{rows of A ▸ B}}', '', '日本', '</script>'];

const anyPlace = (random: Random): Place => {
  const w = 1 + Math.floor(random() * 12);
  return { x: Math.floor(random() * (13 - w)), y: Math.floor(random() * 9), w, h: 1 + Math.floor(random() * 6) };
};

function anyBlock(random: Random, id: string): Block {
  const shared = { id, place: anyPlace(random), ...(random() < 0.3 ? { title: pick(random, words) } : {}), ...(random() < 0.3 ? { caption: pick(random, words) } : {}) };
  const source = { pipeline: 'p', path: 'pipelines/p.pipeline.json', node: pick(random, ['read', 'roc']), port: 'table' };
  return pick(random, [
    (): Block => ({ ...shared, type: 'text', markdown: pick(random, words) }),
    (): Block => ({ ...shared, type: 'heading', text: pick(random, words), level: pick(random, [1, 2, 3] as const) }),
    (): Block => ({ ...shared, type: 'metric', source, metric: 'rows', change: random() < 0.5 }),
    (): Block => ({ ...shared, type: 'table', source, view: { of: 'table', columns: random() < 0.5 ? null : ['a', 'b'], sort: [], filter: '' }, rows: 20 }),
    (): Block => ({ ...shared, type: 'image', data: `data:image/png;base64,${pick(random, ['AAAA', 'BBBBBBBB'])}`, alt: pick(random, words) }),
    (): Block => ({ ...shared, type: 'divider' }),
  ])();
}

/** With the group that the window would give it, where it is one of many in a row. */
export function randomReportEdit({ blocks }: ReportDocument, random: Random): { readonly command: ReportCommand; readonly group?: string } {
  const taken = new Set(blocks.map(({ id }) => id));
  const free = random() < 0.2 ? oddIds.filter((id) => !taken.has(id)) : [];
  const fresh = (): string => `b${Math.floor(random() * 1e9)}`;
  const add = (): { command: ReportCommand } => ({ command: { type: 'add', blocks: [anyBlock(random, free.length > 0 ? pick(random, free) : fresh()), ...(random() < 0.2 ? [anyBlock(random, fresh())] : [])] } });
  const settings = (): { command: ReportCommand; group?: string } =>
    pick<{ command: ReportCommand; group?: string }>(random, [
      { command: { type: 'settings', settings: { title: pick(random, words) } }, group: 'title' },
      { command: { type: 'settings', settings: { description: pick(random, [null, ...words]) } }, group: 'description' },
      { command: { type: 'settings', settings: { theme: pick(random, ['light', 'dark', 'paper'] as const), kind: pick(random, ['document', 'dashboard'] as const) } } },
      { command: { type: 'settings', settings: { filter: random() < 0.5 ? null : { column: 'species' } } } },
      { command: { type: 'settings', settings: { pinned: random() < 0.5 ? {} : { p: 'run-1' } } } },
    ]);
  const block = blocks.length === 0 || random() < 0.25 ? undefined : pick(random, blocks);
  if (block === undefined) return random() < 0.3 ? settings() : add();
  return pick<() => { command: ReportCommand; group?: string }>(random, [
    () => ({ command: { type: 'remove', ids: [block.id, ...blocks.filter(({ id }) => id !== block.id && random() < 0.2).map(({ id }) => id)] } }),
    () => ({ command: { type: 'set', block: { ...anyBlock(random, block.id), place: block.place } }, group: `write ${block.id}` }),
    () => ({ command: { type: 'place', places: Object.fromEntries([[block.id, anyPlace(random)]]) }, group: `move ${block.id}` }),
    settings,
    add,
  ])();
}
