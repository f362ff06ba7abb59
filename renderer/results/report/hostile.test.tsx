// @vitest-environment jsdom
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { NodeIcon } from '../../ui/index.ts';
import { Markdown } from './markdown.tsx';

/** What a note, a comment or a help page from elsewhere could try. */
const notes = [
  '<script>window.hit = 1</script>',
  '<img src=x onerror="window.hit = 1">',
  '<svg/onload=window.hit=1>',
  '<iframe src="javascript:window.hit=1"></iframe>',
  '[x](javascript:window.hit=1)',
  '[x](JaVaScRiPt:window.hit=1)',
  '[x](java\tscript:window.hit=1)',
  '[x](data:text/html,<script>1</script>)',
  '[x](vbscript:x)',
  '[x](file:///etc/passwd)',
  '[x][r]\n\n[r]: javascript:window.hit=1',
  '<javascript:window.hit=1>',
  '![x](https://evil.example/pixel.png)',
  '![x](x" onerror="window.hit=1)',
  '[x](https://a.example" onclick="window.hit=1)',
  '| a |\n|---|\n| <b onmouseover=window.hit=1>x</b> |',
  '```html\n</code></pre><script>1</script>\n```',
  '<style>*{background:url(https://evil.example)}</style>',
  '<form action="https://evil.example"><input name=p></form>',
];

function harmless(html: string, what: string): void {
  const page = new DOMParser().parseFromString(html, 'text/html');
  expect([...page.querySelectorAll('script, img, iframe, form, input, style, object, embed, link, base, meta, foreignObject, use, image, animate')].map((one) => one.outerHTML), what).toEqual([]);
  for (const element of page.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      expect(name, what).not.toMatch(/^on|^style$|^srcdoc$|^formaction$/i);
      if (/href|src|action/i.test(name)) expect(value, what).toMatch(/^(?:https?:\/\/|mailto:)/);
    }
  }
}

it('notes and help in Markdown make no script, no handler, no picture and no link but to the web', () => {
  for (const note of notes) harmless(renderToStaticMarkup(<Markdown text={note} />), note);
  // Links that are good are links.
  expect(renderToStaticMarkup(<Markdown text="[x](https://example.org)" />)).toContain('href="https://example.org"');
});

it('icons from elsewhere are reduced to shapes', () => {
  const icons = [
    '<svg onload="window.hit=1"><path d="M0 0"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><script>window.hit=1</script><path d="M0 0" onclick="window.hit=1"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><a xlink:href="javascript:window.hit=1"><path d="M0 0"/></a><use href="https://evil.example/x.svg#a"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><img src="x" onerror="window.hit=1"/></foreignObject><image href="https://evil.example/x.png"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0" style="fill:url(https://evil.example)"/><animate attributeName="href" values="javascript:1"/></svg>',
    '</svg><script>window.hit=1</script>',
    'not an icon <img src=x onerror=window.hit=1>',
  ];
  for (const icon of icons) harmless(renderToStaticMarkup(<NodeIcon svg={icon} />).replace(' aria-hidden="true"', ''), icon);
});
