import { PenstockError, toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import { packNodeDefinition, packNodeType, packRequest, type PackNode } from '#app/sdk/pack-node.ts';
import type { EngineCatalogue, EngineNodeType } from '../catalogue.ts';
import { packRefused } from './archive.ts';
import { codePath, helpPath, iconPath, type Pack } from './format.ts';
import { InstalledPacks, readPins } from './installed.ts';

/** A pack of the project as it was loaded, or why it was not. */
export interface LoadedPack {
  readonly name: string;
  readonly version: string;
  readonly problem: Diagnostic | null;
  /** For the page, which makes the same definitions of them. */
  readonly nodes: readonly PackNodeText[];
  readonly publisher: string;
  readonly fingerprint: string;
}

export interface PackNodeText {
  readonly node: PackNode;
  readonly icon: string;
  readonly help: string;
}

export interface LoadedPacks {
  readonly catalogue: EngineCatalogue;
  readonly packs: readonly LoadedPack[];
}

/**
 * The catalogue with the nodes of the project's packs. Each pack is verified before anything of it is used; one that is refused leaves its
 * nodes unknown, and says why. Nothing is fetched or installed.
 */
export async function withPacks(catalogue: EngineCatalogue, projectDir: string, configDir: string): Promise<LoadedPacks> {
  let pins;
  try {
    pins = readPins(projectDir);
  } catch (error) {
    return { catalogue, packs: [{ name: 'packs.json', version: '', problem: toDiagnostic(error), nodes: [], publisher: '', fingerprint: '' }] };
  }
  if (pins.length === 0) return { catalogue, packs: [] };
  const installed = new InstalledPacks(configDir);
  const types = new Map(catalogue);
  const packs: LoadedPack[] = [];
  for (const pin of pins) {
    try {
      const pack = await installed.load(pin);
      for (const type of nodeTypes(pack)) {
        if (types.has(type.definition.type)) throw packRefused('pack-overrides', `The pack “${pin.name}” brings a node type that is there already: ${type.definition.type}.`);
        types.set(type.definition.type, type);
      }
      packs.push({ name: pin.name, version: pin.version, problem: null, nodes: pack.manifest.nodes.map((node) => texts(pack, node)), publisher: pack.manifest.publisher, fingerprint: pack.fingerprint });
    } catch (error) {
      packs.push({ name: pin.name, version: pin.version, problem: toDiagnostic(error), nodes: [], publisher: '', fingerprint: pin.key });
    }
  }
  return { catalogue: types, packs };
}

const text = (pack: Pack, file: string): string => {
  const bytes = pack.files.get(file);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
};

function texts(pack: Pack, node: PackNode): PackNodeText {
  return { node, icon: plainIcon(text(pack, iconPath(node.id))), help: text(pack, helpPath(node.id)).slice(0, 100_000) };
}

const attributes = String.raw`(?:\s+[a-zA-Z][a-zA-Z0-9-]*="[A-Za-z0-9 .#,()-]*")*\s*`;
const plainIconPattern = new RegExp(`^<svg${attributes}>(?:\\s*<(?:path|rect|circle|ellipse|line|polyline|polygon)${attributes}/>)*\\s*</svg>\\s*$`);

/** Icons are put into the page as they are: only plain shapes with plain attributes, else the general icon. */
export function plainIcon(svg: string): string {
  const plain = svg.trim().replace(/ xmlns="http:\/\/www\.w3\.org\/2000\/svg"/, '');
  return plain.length <= 10_000 && plainIconPattern.test(plain) && !/\son|href|style|url\(/i.test(plain) ? plain : '';
}

export function nodeTypes(pack: Pack): EngineNodeType[] {
  const { name, version, nodes } = pack.manifest;
  return nodes.map((node) => {
    const code = text(pack, codePath(node.id));
    const { icon, help } = texts(pack, node);
    return {
      definition: packNodeDefinition(name, node),
      icon,
      help,
      executor: {
        // Another build of the pack is another result.
        fingerprint: () => Promise.resolve({ [`pack ${name} ${version}`]: pack.sha256 }),
        readsOnce: true,
        async run({ inputs, params, scripts }) {
          const tables = node.inputs.flatMap((port) => (inputs[port.name] ?? []).flatMap((value) => (value.kind === 'table' ? [value] : [])));
          try {
            return { table: await scripts.javascript(packRequest(node, code, tables, params as Record<string, unknown>)) };
          } catch (error) {
            throw inPack(error, name);
          }
        },
      },
    };
  });
}

/** What went wrong in a pack's code is not for its user to correct, and stands in no param of the node. */
function inPack(error: unknown, pack: string): unknown {
  if (!(error instanceof PenstockError) || !error.code.startsWith('script-')) return error;
  return new PenstockError(error.code, error.message, { remedy: `This is in the code of the pack “${pack}”: try other values of the node, or tell the pack’s publisher.`, cause: error });
}

/** What somebody is told before a pack is installed. */
export function packFacts(pack: Pack): { readonly title: string; readonly name: string; readonly version: string; readonly publisher: string; readonly summary: string; readonly licence: string; readonly sha256: string; readonly fingerprint: string; readonly nodes: readonly { readonly type: string; readonly title: string; readonly summary: string }[] } {
  const { title, name, version, publisher, summary, licence, nodes } = pack.manifest;
  return { title, name, version, publisher, summary, licence, sha256: pack.sha256, fingerprint: pack.fingerprint, nodes: nodes.map((node) => ({ type: packNodeType(name, node), title: node.title, summary: node.summary })) };
}
