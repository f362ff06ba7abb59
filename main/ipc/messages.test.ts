import { describe, expect, it } from 'vitest';
import { isTrustedSender } from './sender.ts';
import { languageSchema, nothingSchema, noticeSchema, parseMessage, pdfSchema, pickFileSchema, viewSchema } from './messages.ts';

describe('a page that is to become a PDF', () => {
  it.each([
    ['weekly', 'weekly.pdf'],
    ['weekly.PDF', 'weekly.PDF'],
    ['../../etc/passwd', 'passwd.pdf'],
    ['C:\\Windows\\x.pdf', 'x.pdf'],
    ['x\u0000.pdf', 'x.pdf'],
    ['', 'report.pdf'],
  ])('is offered under a plain file name: %j as %s', (name, offered) => {
    expect(parseMessage('pdf', pdfSchema, { html: '<p>', name })).toEqual({ html: '<p>', name: offered });
  });
});

it.each([
  ['a PDF', pdfSchema, [null, '<p>', { html: '<p>' }, { html: 1, name: 'x' }, { name: 'x' }, { html: '<p>', name: 'x', path: '/etc/x' }]],
  ['a dialog', pickFileSchema, [null, undefined, 'x', { extensions: ['exe;rm'] }, { extensions: ['*'] }, { title: 'x'.repeat(201) }, { defaultPath: '/etc' }, { __proto__: null, properties: ['openFile'] }]],
  ['a view', viewSchema, [null, { id: 'a', page: 'https://evil.example' }, { id: '../x', page: '?view=a&owner=b' }, { id: 'a', page: '?view=a&owner=b#x' }, { id: 'a', page: '?view=a&owner=b', preload: '/tmp/x.js' }]],
  ['a language', languageSchema, ['fr', 1, null, { toString: () => 'de' }, ['de']]],
  ['a notice', noticeSchema, [null, { title: 'a' }, { title: 'a', message: 1 }, { title: 'a', message: 'b', icon: '/etc/passwd' }, { title: 'a'.repeat(2001), message: '' }]],
  ['a folder', nothingSchema, [null, {}, '/etc', 0]],
] as const)('a message for %s that is not one is refused, without a word of it', (_what, schema, wrong) => {
  for (const argument of wrong) expect(() => parseMessage('penstock:x', schema, argument), JSON.stringify(argument)).toThrow(/^penstock:x was asked for something that it does not do\.$/);
});

it('a view keeps its place where it is one', () => {
  const view = { id: 'a', page: '?view=a&owner=b' };
  expect(parseMessage('view', viewSchema, view)).toEqual({ ...view, bounds: null });
  expect(parseMessage('view', viewSchema, { ...view, bounds: { x: 1, y: 2, width: 700, height: 500 } })).toMatchObject({ bounds: { x: 1 } });
  expect(parseMessage('view', viewSchema, { ...view, bounds: { x: 1, y: 2, width: 7e9, height: 500 } })).toMatchObject({ bounds: null });
});

it('only the top frame of a page of the app may call', () => {
  const top = { parent: null, url: 'penstock://app/index.html' };
  expect(isTrustedSender({ senderFrame: top })).toBe(true);
  for (const url of ['https://app/', 'file:///x', 'penstock://print/page', 'penstock://app.evil/index.html', 'penstock://appx/', 'about:blank', 'data:text/html,x', '']) expect(isTrustedSender({ senderFrame: { ...top, url } }), url).toBe(false);
  expect(isTrustedSender({ senderFrame: { url: top.url, parent: top as never } })).toBe(false);
  expect(isTrustedSender({ senderFrame: null })).toBe(false);
});
