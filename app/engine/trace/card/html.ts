import { escapeMarkup } from '#app/reports/chart/svg.ts';
import { markdownHtml } from '#app/reports/html/markdown.ts';
import { cardMarkdown } from './markdown.ts';
import type { ModelFacts } from './model-facts.ts';

const style = `:root{color-scheme:light dark}body{margin:0 auto;max-width:52rem;padding:2rem 1.25rem;font:15px/1.55 system-ui,sans-serif;color:#1b2330;background:#fff}
h3{font-size:1.6rem;margin:0 0 .25rem}h4{font-size:1.1rem;margin:2rem 0 .5rem;border-bottom:1px solid #d9dee6;padding-bottom:.25rem}h5{font-size:1rem;margin:1.25rem 0 .25rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:.35rem .6rem;text-align:left;border-bottom:1px solid #e4e8ee;overflow-wrap:anywhere}th{font-weight:600}
@media (prefers-color-scheme:dark){body{color:#e4e8ee;background:#14181f}h4{border-color:#333b47}th,td{border-color:#2a313c}}`;

/** One file that needs nothing else, runs no script and loads nothing. */
export function cardHtml(facts: ModelFacts): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(facts.name)}</title><style>${style}</style></head>
<body><main>${markdownHtml(cardMarkdown(facts))}</main></body></html>
`;
}
