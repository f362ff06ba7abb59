import type { NodeText, SharedText } from './node-text.ts';
import shared from '../../nodes/text.de.json';

/** What the nodes say in German, without their help pages. A chunk of its own: an English page loads it only for its search, when it is idle. */
const texts = import.meta.glob<NodeText>('../../nodes/*/*/text.de.json', { eager: true, import: 'default' });

export const sharedText: SharedText = shared;
export const nodeTexts: ReadonlyMap<string, NodeText> = new Map(Object.entries(texts).map(([path, text]) => [path.slice('../../nodes/'.length, -'/text.de.json'.length), text]));
