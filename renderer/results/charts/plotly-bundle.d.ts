declare module 'plotly.js-cartesian-dist-min' {
  const plotly: import('./plotly.ts').Plotly;
  // The bundle is one CommonJS value; `default` is how ESM sees it.
  export { plotly as default };
}
