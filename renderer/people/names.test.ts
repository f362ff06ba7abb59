import { describe, expect, it } from 'vitest';
import { initials } from './avatar.tsx';
import { browserName } from './browser-name.ts';

describe('names', () => {
  it.each([
    ['ada', 'AD'],
    ['ada.lovelace@example.com', 'AL'],
    ['Grace Hopper', 'GH'],
    ['x', 'X'],
    ['@', '@'],
    ['ärger-über', 'ÄÜ'],
  ])('%s has the letters %s', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });

  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox, Linux'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0', 'Edge, Windows'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', 'Safari, macOS'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1', 'Safari, iOS'],
    ['curl/8.5.0', 'curl/8.5.0'],
    ['', '–'],
  ])('%s is called %s', (agent, name) => {
    expect(browserName(agent)).toBe(name);
  });
});
