/**
 * Where to go after signing in: a path of this server, whatever was asked for. Browsers read `//host`, `/\host` and tabs or line ends in
 * addresses in ways that leave the server, so an address is resolved as they do and must stay at the origin; its path must then begin
 * with one slash only.
 * @param asked the `next` of an address, as it came.
 */
export function nextPage(asked: string | null | undefined): string {
  if (typeof asked !== 'string' || asked.length > 1000 || !asked.startsWith('/')) return '/';
  // Control characters are dropped by browsers before they read an address: `/\t/evil` would be `//evil`.
  if (/[\p{Cc} \\]/u.test(asked)) return '/';
  const base = 'https://penstock.invalid';
  const url = URL.parse(asked, base);
  if (url === null || url.origin !== base || url.username !== '' || url.password !== '') return '/';
  const path = `${url.pathname}${url.search}${url.hash}`;
  return path.startsWith('//') ? '/' : path;
}
