const plotlyStart = '30363:(e,t,r)=>{e.exports=function e(';
const plotlyEnd = '{},[27])(27)}';

/**
 * Danfo's bundled file without Plotly, which is more than half of it and wants a browser's page to start.
 * @throws Error when the file is not of the version that this was written for (1.2.0).
 */
export function danfoWithoutPlotly(source: string): string {
  const start = source.indexOf(plotlyStart);
  const end = source.indexOf(plotlyEnd, start);
  if (start < 0 || end < 0) throw new Error('danfojs/lib/bundle.js has changed: Plotly is not found in it.');
  return `${source.slice(0, start)}30363:e=>{e.exports={}}${source.slice(end + plotlyEnd.length)}`;
}
