/**
 * The page's policy lets in only styles from its own files and style elements with the nonce of this load. Libraries make such elements
 * (the editor, drop-down lists, charts), each in its own way; all of them ask the document, which gives the nonce to every one that is made
 * by code. Markup that gets into the page is not made that way, and stays without.
 */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';

if (nonce !== '') {
  const plain = document.createElement.bind(document) as (name: string, options?: ElementCreationOptions) => HTMLElement;
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = plain(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  }) as typeof document.createElement;
}
