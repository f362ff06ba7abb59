import { describe, expect, it } from 'vitest';
import { parsePdfRequest } from './pdf-request.ts';

describe('a page that is to become a PDF', () => {
  it.each([
    ['weekly', 'weekly.pdf'],
    ['weekly.PDF', 'weekly.PDF'],
    ['../../etc/passwd', 'passwd.pdf'],
    ['C:\\Windows\\x.pdf', 'x.pdf'],
    ['', 'report.pdf'],
  ])('is offered under a plain file name: %j as %s', (name, offered) => {
    expect(parsePdfRequest({ html: '<p>', name })).toEqual({ html: '<p>', name: offered });
  });

  it.each([[null], ['<p>'], [{ html: '<p>' }], [{ html: 1, name: 'x' }], [{ name: 'x' }]])('is refused as %j', (argument) => {
    expect(() => parsePdfRequest(argument)).toThrow('There is no page');
  });
});
