import { expect, it } from 'vitest';
import { isAppPage, mayLoad, outsideLink, servedFile } from './served-file.ts';

const folder = '/app/renderer';

it('the app’s scheme serves plain names under its folder', () => {
  expect(servedFile(folder, 'penstock://app/')).toBe('/app/renderer/index.html');
  expect(servedFile(folder, 'penstock://app/index.html?view=a&owner=b')).toBe('/app/renderer/index.html');
  expect(servedFile(folder, 'penstock://app/assets/index-Ab_1.js')).toBe('/app/renderer/assets/index-Ab_1.js');
});

it('the app’s scheme serves nothing else, however it is written', () => {
  const paths = ['..%2fmain.cjs', '%2e%2e%5cmain.cjs', '..%5c..%5cx', 'a%00.js', 'a%0a', '%c0%ae%c0%ae/x', '%', '%zz', '%252e%252e/x', 'assets//x', '.env', 'assets/.git/config', '~root', 'c:/windows/win.ini', 'x;y', 'a b', '\u2025/x'];
  for (const at of paths) expect(servedFile(folder, `penstock://app/${at}`), at).toBeNull();
  for (const address of ['penstock://other/index.html', 'penstock://app.evil/index.html', 'penstock://user@app/index.html', 'penstock://app:80/index.html', 'file:///etc/passwd', 'https://app/index.html', 'penstock:index.html', '', 'penstock://']) expect(servedFile(folder, address), address).toBeNull();
  // The parser takes these dots away, and what is left lies inside.
  for (const at of ['../../etc/passwd', '%2e%2e/%2E./etc/passwd', './etc/passwd']) expect(servedFile(folder, `penstock://app/${at}`), at).toBe('/app/renderer/etc/passwd');
});

it('only web pages and mail leave the app', () => {
  expect(['https://a.example/x', 'http://a.example', 'mailto:a@b.example'].map((one) => outsideLink(one) !== null)).toEqual([true, true, true]);
  for (const address of ['file:///etc/passwd', 'smb://host/share', 'javascript:alert(1)', 'data:text/html,x', 'ms-msdt:/id', 'vscode://x', 'penstock://app/', 'ftp://x', '\\\\host\\share', 'calc.exe', '', ' jAvAsCrIpT:1']) expect(outsideLink(address), address).toBeNull();
});

it('pages and requests of anywhere else are not the app’s', () => {
  for (const address of ['penstock://app.evil/', 'penstock://appx', 'https://penstock://app/', 'file:///x', 'about:blank']) expect([isAppPage(address), mayLoad(address)], address).toEqual([false, false]);
  expect(['https://a.example/x.js', 'http://127.0.0.1/', 'ws://127.0.0.1/', 'file:///etc/passwd', 'ftp://x', 'chrome://gpu'].filter(mayLoad)).toEqual([]);
});
