import type { PortMeta, PortValue } from '#app/sdk/ports.ts';
import type { NodeConfiguration } from '#app/pipeline/types.ts';

/** Ports of a finished result, as far as they are asked for here. */
export type ResultPorts = Readonly<Record<string, { readonly value: PortValue | null }>>;

/**
 * What finished results tell about the outputs of their nodes, beyond what configuring can know: the classes and features of a
 * fitted model, the columns of a table that depend on them.
 */
export class KnownOutputs {
  readonly #result: (key: string) => ResultPorts | null;
  /** The configure pass tells by identity that a meta did not change. */
  readonly #metas = new WeakMap<PortValue, PortMeta>();

  /** @param result ports of the finished result with a cache key, or null; the same objects as long as it is the same result. */
  constructor(result: (key: string) => ResultPorts | null) {
    this.#result = result;
  }

  /** Metas of all outputs, or null where nothing more is known than was configured. Asks for a result only where something is open: most nodes need none. */
  of(key: string, configured: NodeConfiguration): Readonly<Record<string, PortMeta>> | null {
    const open = Object.entries(configured.outputs).filter(([, meta]) => isOpen(meta));
    const ports = open.length === 0 ? null : this.#result(key);
    if (ports === null) return null;
    const known: Record<string, PortMeta> = { ...configured.outputs };
    for (const [name, { kind }] of open) {
      const value = Object.hasOwn(ports, name) ? ports[name]?.value : null;
      if (value?.kind === kind) known[name] = this.#meta(value);
    }
    return known;
  }

  #meta(value: PortValue): PortMeta {
    const made = this.#metas.get(value);
    if (made !== undefined) return made;
    const meta = metaOf(value);
    this.#metas.set(value, meta);
    return meta;
  }
}

/** A model's signature before fitting is a guess (fitting may leave columns out), so a fitted one always wins. */
function isOpen(meta: PortMeta): boolean {
  switch (meta.kind) {
    case 'table':
      return meta.schema === null;
    case 'recipe':
      return meta.recipe === null;
    case 'learner':
      return meta.learner === null;
    case 'model':
      return true;
    default:
      return false;
  }
}

function metaOf(value: PortValue): PortMeta {
  switch (value.kind) {
    case 'table':
      return { kind: 'table', schema: value.schema };
    case 'recipe':
      return { kind: 'recipe', recipe: value.recipe };
    case 'learner':
      return { kind: 'learner', learner: value.learner };
    case 'model':
      return { kind: 'model', signature: value.signature };
    default:
      return { kind: value.kind };
  }
}
