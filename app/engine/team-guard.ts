import { assertMay } from '#app/access/authorize.ts';
import type { Caller } from '#app/access/caller.ts';
import { PenstockError } from '#app/core/errors.ts';
import { stableHash } from '#app/core/hash.ts';
import type { Permission } from '#app/access/roles.ts';
import type { Engine } from './engine.ts';

/** What a node needs of whoever runs it, beyond running. */
const nodePermissions: ReadonlyMap<string, Permission> = new Map([['deploy/serve', 'operate']]);

type Bag = Readonly<Record<string, unknown>>;
const bag = (value: unknown): Bag | null => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Bag) : null);

/** All nodes of a document as it was sent, those inside subflows, too. Whatever is no list or object is passed over: the contract refuses it later. */
function nodesIn(value: unknown, depth = 0): Bag[] {
  const one = bag(value);
  if (one === null || depth > 20) return [];
  const listed: readonly unknown[] = Array.isArray(one['nodes']) ? one['nodes'] : [];
  const nodes = listed.map(bag).filter((node) => node !== null);
  return nodes.flatMap((node) => [node, ...Object.values(node).flatMap((inner) => nodesIn(inner, depth + 1))]);
}

/** What a node does, wherever it stands on the canvas. */
function doing(node: Bag): string {
  const { x: _x, y: _y, title: _title, comment: _comment, ...rest } = node;
  return stableHash(rest);
}

/**
 * What the table of permissions cannot tell because it is in the input, looked at before the contract reads it. Someone who only reads sends
 * documents, too, to have them shown: they must be made of nodes that pipelines of the project have, or else “reading” would be asking any
 * question of any database and file.
 */
export class TeamGuard {
  readonly #engine: Pick<Engine, 'pipelines'>;
  readonly #known = new Map<string, { readonly modifiedAt: number; readonly nodes: ReadonlySet<string> }>();

  constructor(engine: Pick<Engine, 'pipelines'>) {
    this.#engine = engine;
  }

  /** @throws PenstockError `not-allowed`, `viewer-document`. */
  async check(caller: Caller, procedure: string, input: unknown): Promise<void> {
    if (caller.kind === 'local') return;
    const given = bag(input);
    if (given === null) return;
    const settings = bag(given['settings']);
    // Files of the server, which everybody who may operate would otherwise name.
    if (procedure.startsWith('serving.') && settings !== null && ((settings['tokenFile'] ?? null) !== null || (settings['tls'] ?? null) !== null)) assertMay(caller, 'admin');
    const nodes = nodesIn(given['document']);
    if (procedure === 'run.start') for (const node of nodes) assertMay(caller, nodePermissions.get(String(node['type'])) ?? 'run');
    if (caller.permissions.has('edit') || nodes.length === 0) return;
    const known = await this.#nodes();
    const strange = nodes.find((node) => !known.has(doing(node)));
    if (strange === undefined) return;
    throw new PenstockError('viewer-document', 'This pipeline is not as it is saved in the project, and you may only look at what is saved.', { remedy: 'Open it again; if it should be another, ask an analyst.' });
  }

  async #nodes(): Promise<ReadonlySet<string>> {
    const list = await this.#engine.pipelines.list();
    const all = new Set<string>();
    for (const { path, modifiedAt } of list) {
      let known = this.#known.get(path);
      if (known?.modifiedAt !== modifiedAt) {
        const { document } = await this.#engine.pipelines.open(path, { readOnly: true }).catch(() => ({ document: null }));
        // As the page has it: what JSON drops is dropped.
        known = { modifiedAt, nodes: new Set(nodesIn(JSON.parse(JSON.stringify(document)) as unknown).map(doing)) };
        this.#known.set(path, known);
      }
      for (const node of known.nodes) all.add(node);
    }
    return all;
  }
}
