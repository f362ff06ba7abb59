/** The help pages of the nodes in German: a chunk of its own, loaded when the page is German. */
const pages = import.meta.glob<string>('../../nodes/*/*/help.de.md', { eager: true, query: '?raw', import: 'default' });

export const helpPages: ReadonlyMap<string, string> = new Map(Object.entries(pages).map(([path, page]) => [path.slice('../../nodes/'.length, -'/help.de.md'.length), page]));
