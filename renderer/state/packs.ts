import { packNodeDefinition } from '#app/sdk/pack-node.ts';
import type { PackList } from '#app/protocol/sections/packs.ts';
import { client, isGivenUp } from '../rpc/client.ts';
import { language } from '../text/language.ts';
import { addPackTypes } from './catalogue.ts';
import { useComponents } from './components.ts';

/** Makes the nodes of the project's packs known to the page. Without them such nodes are greyed, which is why a failure is no more than that. */
export async function loadPackTypes(): Promise<void> {
  let found: PackList;
  try {
    found = await client.packs.list();
  } catch (error) {
    if (!isGivenUp(error)) console.error(error);
    return;
  }
  const types = found.project.flatMap(({ name, nodes }) =>
    nodes.map(({ node, icon, help }) => {
      const definition = packNodeDefinition(name, node);
      return { definition: language === 'de' && node.german !== undefined ? { ...definition, title: node.german.title, summary: node.german.summary } : definition, icon, help };
    }),
  );
  if (types.length === 0) return;
  addPackTypes(types);
  // What lists node types looks at them anew.
  useComponents.setState(({ types: components }) => ({ types: [...components] }));
}
