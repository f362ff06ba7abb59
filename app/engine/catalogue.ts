import { PenstockError } from '#app/core/errors.ts';
import type { NodeType } from '#app/pipeline/types.ts';
import type { NodeDefinition, NodeExecutor, RelationFn } from '#app/sdk/node.ts';

/**
 * Every node type there is, found by being there: a folder under `nodes/` with a node.ts.
 * The globs are expanded when the engine is built (and by vitest), so a new node changes no other file.
 */

/** A node type as the engine sees it: with its executor. */
export interface EngineNodeType extends NodeType {
  readonly executor?: NodeExecutor<unknown>;
}

/** Whether a finished result of the node must not stand in for running it again. */
export function hasEffect(type: EngineNodeType | undefined, params: unknown): boolean {
  const effect = type?.executor?.effect;
  return typeof effect === 'function' ? effect(params) : effect === true;
}

export type EngineCatalogue = ReadonlyMap<string, EngineNodeType>;

const definitions = import.meta.glob<{ definition: NodeDefinition }>('../../nodes/*/*/node.ts', { eager: true });
const relations = import.meta.glob<{ relation: RelationFn<unknown> }>('../../nodes/*/*/relation.ts', { eager: true });
const executors = import.meta.glob<{ executor: NodeExecutor<unknown> }>('../../nodes/*/*/run.ts', { eager: true });
const icons = import.meta.glob<string>('../../nodes/*/*/icon.svg', { eager: true, query: '?raw', import: 'default' });
const helps = import.meta.glob<string>('../../nodes/*/*/help.md', { eager: true, query: '?raw', import: 'default' });

/**
 * All node types by type id, in order of their ids.
 * @throws PenstockError `node-type-invalid` when a folder and the id inside it differ, or an export is missing.
 */
export function loadCatalogue(): EngineCatalogue {
  const catalogue = new Map<string, EngineNodeType>();
  for (const path of Object.keys(definitions).sort()) {
    const folder = path.slice(0, -'/node.ts'.length);
    const type = folder.split('/').slice(-2).join('/');
    const definition = definitions[path]?.definition;
    if (definition === undefined) throw invalid(type, 'node.ts has no export called `definition`');
    if (definition.type !== type) throw invalid(type, `its definition says that its type is ${definition.type}`);
    const relation = relations[`${folder}/relation.ts`]?.relation;
    const executor = executors[`${folder}/run.ts`]?.executor;
    if (relation === undefined && executor?.run === undefined) throw invalid(type, 'it has neither a relation nor a run');
    catalogue.set(type, {
      definition,
      ...(relation === undefined ? {} : { relation }),
      ...(executor === undefined ? {} : { executor }),
      icon: icons[`${folder}/icon.svg`] ?? '',
      help: helps[`${folder}/help.md`] ?? '',
    });
  }
  return catalogue;
}

function invalid(type: string, why: string): PenstockError {
  return new PenstockError('node-type-invalid', `The node type ${type} cannot be loaded: ${why}.`);
}
