import path from 'node:path';

/** The app's own origin: files come by this scheme, never by file://. */
export const appScheme = 'penstock';
export const appOrigin = `${appScheme}://app`;
/** The page that is being written as PDF, in a session of its own. */
export const printAddress = `${appScheme}://print/page`;

/** Whether an address is a page of the app. */
export function isAppPage(url: string): boolean {
  return url.startsWith(`${appOrigin}/`);
}

/**
 * The file under `folder` that an address of the app's scheme names; null for everything else. Names are plain: no percent signs, no
 * backslashes, nothing hidden, so that no system finds another meaning in them.
 */
export function servedFile(folder: string, address: string): string | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== `${appScheme}:` || url.host !== 'app' || url.username !== '' || url.password !== '') return null;
  const names = url.pathname === '/' ? ['index.html'] : url.pathname.split('/').slice(1);
  if (!names.every((name) => /^[A-Za-z0-9_-][A-Za-z0-9._@-]*$/.test(name))) return null;
  const file = path.join(folder, ...names);
  return file.startsWith(folder + path.sep) ? file : null;
}

/** An address that may be handed to the system: web pages and mail, never a file, a share or a program's own scheme. Null for all others. */
export function outsideLink(address: string): string | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  return url.protocol === 'https:' || url.protocol === 'http:' || url.protocol === 'mailto:' ? url.href : null;
}

/** Whether the window may load from there at all; charts and exports use `data:` and `blob:`, the developer tools are the window's own. */
export function mayLoad(address: string): boolean {
  return isAppPage(address) || address === printAddress || /^(data|blob|devtools):/.test(address);
}
