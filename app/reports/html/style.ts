import { chartVariables } from '../chart/colours.ts';
import { gridColumns, gridGap, reportPalettes, rowHeight } from '../document.ts';

/** The stylesheet of exported reports: light, dark and paper, screens of any width, and print. No network: fonts are the reader's. */

const declarations = (variables: Readonly<Record<string, string>>): string => Object.entries(variables).map(([name, value]) => `${name}:${value}`).join(';');

const pages = {
  light: { '--ground': '#f3f4f6', '--surface': '#ffffff', '--ink': '#1d2129', '--muted': '#535a66', '--line': '#e0e3e8', '--accent': '#2357c9', '--warn': '#7a4d00', '--warn-soft': '#fff3d6', '--bad': '#a3160e', '--good': '#11683a' },
  dark: { '--ground': '#15171c', '--surface': '#1d2026', '--ink': '#e9ebef', '--muted': '#a9afba', '--line': '#343941', '--accent': '#8fb4ff', '--warn': '#f2c46d', '--warn-soft': '#3a2f17', '--bad': '#ff9d94', '--good': '#7ed8a0' },
} as const;
const pictures = {
  light: { '--picture-l': '0.94', '--picture-c': '0.042', '--picture-ink-l': '0.48', '--picture-ink-c': '0.125' },
  dark: { '--picture-l': '0.335', '--picture-c': '0.05', '--picture-ink-l': '0.82', '--picture-ink-c': '0.11' },
} as const;

/** Colours of drawings by theme and palette: `[data-tone]` above, `[data-palette]` on the drawing. */
export function drawingStyle(): string {
  return (['light', 'dark'] as const)
    .map((tone) =>
      [
        `[data-tone='${tone}']{${declarations({ ...chartVariables(tone === 'dark', 'standard'), ...pictures[tone] })}}`,
        ...reportPalettes.slice(1).map((palette) => `[data-tone='${tone}'] [data-palette='${palette}']{${declarations(chartVariables(tone === 'dark', palette))}}`),
      ].join('\n'),
    )
    .join('\n');
}

/** What a drawing needs that stands alone in a file. */
export function loneDrawingStyle(tone: 'light' | 'dark', palette: (typeof reportPalettes)[number]): string {
  return `svg{${declarations({ ...chartVariables(tone === 'dark', palette), ...pictures[tone] })};font-family:Inter,system-ui,sans-serif}`;
}

export function reportStyle(pageWidth: number): string {
  return `
${drawingStyle()}
[data-tone='light']{color-scheme:light;${declarations(pages.light)}}
[data-tone='dark']{color-scheme:dark;${declarations(pages.dark)}}
[data-theme='paper']{--ground:#ffffff;--line:#d7dade}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:14px/1.5 Inter,system-ui,-apple-system,'Segoe UI',sans-serif;font-variant-numeric:tabular-nums}
main{max-width:${pageWidth + 48}px;margin:0 auto;padding:32px 24px 48px}
h1,h2,h3,h4,p{margin:0}
.head{display:flex;gap:16px;align-items:flex-start;margin-bottom:24px}
.head h1{font-size:28px;line-height:34px;letter-spacing:-.01em}
.head p{color:var(--muted);max-width:72ch;margin-top:4px}
.head .tools{margin-left:auto;display:flex;gap:8px;align-items:center;flex:none}
.band{display:grid;grid-template-columns:repeat(${gridColumns},minmax(0,1fr));grid-auto-rows:minmax(${rowHeight}px,auto);gap:${gridGap}px;margin-bottom:${gridGap}px}
.block{min-width:0;display:flex;flex-direction:column;break-inside:avoid}
.card{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:10px 12px}
.block>h3{font-size:14px;line-height:20px;font-weight:600;margin-bottom:4px}
.caption,.note{color:var(--muted);font-size:12px;line-height:16px;margin-top:4px}
.stale{color:var(--warn);background:var(--warn-soft);font-size:12px;padding:2px 8px;border-radius:4px;margin-bottom:6px}
.absent{color:var(--muted);border:1px dashed var(--line);border-radius:8px;padding:16px;flex:1;display:flex;flex-direction:column;justify-content:center;text-align:center}
.h1{font-size:24px;line-height:30px;font-weight:650}.h2{font-size:19px;line-height:26px;font-weight:650}.h3{font-size:15px;line-height:22px;font-weight:650}
.prose{max-width:76ch;display:flex;flex-direction:column;gap:8px}
.prose h3{font-size:18px;line-height:26px}.prose h4{font-size:16px}.prose h5,.prose h6{font-size:14px;margin:0}
.prose ul,.prose ol{margin:0;padding-left:22px}.prose pre{margin:0;padding:10px;background:var(--ground);border-radius:6px;overflow:auto;font-size:12px}
.prose code{font-family:'JetBrains Mono',ui-monospace,monospace;font-size:.92em}.prose blockquote{margin:0;padding-left:12px;border-left:3px solid var(--line);color:var(--muted)}
.prose hr{border:0;border-top:1px solid var(--line);width:100%}
a{color:var(--accent)}
.problem{color:var(--bad);background:color-mix(in srgb,var(--bad) 10%,transparent);border-radius:3px;padding:0 4px}
.drawing{overflow:hidden}.drawing svg{display:block;width:100%;height:auto;max-height:900px}
svg text{font-family:Inter,system-ui,-apple-system,'Segoe UI',sans-serif}
.rows{overflow:auto;max-height:var(--room,640px);border:1px solid var(--line);border-radius:6px}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;padding:4px 10px;border-bottom:1px solid var(--line);white-space:nowrap;max-width:340px;overflow:hidden;text-overflow:ellipsis}
thead th{position:sticky;top:0;background:var(--surface);font-weight:600}
.number{text-align:right}td.empty{color:var(--muted)}
.prose table{width:auto}
th button{all:unset;cursor:pointer;display:inline-flex;gap:4px;align-items:center}
th button:focus-visible,select:focus-visible,input:focus-visible,.tools button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
th button::after{content:'';width:10px}th[aria-sort=ascending] button::after{content:'▲';font-size:9px}th[aria-sort=descending] button::after{content:'▼';font-size:9px}
.metrics{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:1px;background:var(--line);border:1px solid var(--line);border-radius:6px;overflow:hidden}
.metrics div{background:var(--surface);padding:8px 12px}
dl{margin:0}dt{color:var(--muted);font-size:12px}dd{margin:0;font-size:20px;line-height:26px;font-weight:550}
.tile{justify-content:center}.tile .what{color:var(--muted);font-size:13px}.tile .figure,dd{white-space:nowrap}.tile .figure{font-size:32px;line-height:38px;font-weight:600;letter-spacing:-.02em}.tile .change{font-size:12px;color:var(--muted)}
.group{display:flex;flex-direction:column;gap:12px}.group h4{font-size:13px;font-weight:600;margin-bottom:4px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:12px}
.block img{max-width:100%;height:100%;object-fit:contain}
.block hr{border:0;border-top:1px solid var(--line);width:100%;margin:auto 0}
footer{color:var(--muted);font-size:12px;margin-top:24px;border-top:1px solid var(--line);padding-top:12px}
footer ul{margin:4px 0 0;padding-left:18px}
.tools button,.tools select,.filter input{font:inherit;font-size:13px;height:30px;padding:0 10px;border:1px solid var(--line);border-radius:6px;background:var(--surface);color:var(--ink)}
.tools label{display:flex;gap:6px;align-items:center;color:var(--muted);font-size:13px}
.filter{display:flex;gap:8px;align-items:center;margin-bottom:6px;font-size:12px;color:var(--muted)}
.filter input{flex:1;max-width:260px;height:28px}
#tip{position:fixed;z-index:9;pointer-events:none;white-space:pre-line;background:var(--surface);color:var(--ink);border:1px solid var(--line);border-radius:6px;padding:6px 9px;font-size:12px;line-height:16px;box-shadow:0 6px 20px rgb(0 0 0/.18);max-width:320px}
.point:hover{stroke:var(--chart-ink);stroke-width:1.5}circle.point:hover{fill-opacity:.35}
[hidden]{display:none!important}
@media screen and (max-width:760px){.band{display:flex;flex-direction:column}main{padding:20px 14px}.head{flex-direction:column}.head .tools{margin-left:0;flex-wrap:wrap}}
@media print{
@page{size:A4;margin:12mm}
body{background:#fff}main{max-width:none;padding:0}.tools,.filter,#tip{display:none!important}
.band{grid-auto-rows:auto;row-gap:6px;break-inside:avoid}.band.long{break-inside:auto}.band.long .block{break-inside:auto}
tr,figure,.drawing,.metrics,.charts>*{break-inside:avoid}thead{display:table-header-group}
.drawing svg{max-height:235mm}.rows{max-height:none;overflow:visible;border:0}
table{font-size:11px}th,td{white-space:normal;overflow-wrap:break-word;padding:3px 6px}
.wide table{font-size:8px;table-layout:fixed}.wide th,.wide td{overflow-wrap:anywhere;padding:2px 3px}
.tile .figure{font-size:24px;line-height:30px}
h2,h3,.heading{break-after:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}`;
}
