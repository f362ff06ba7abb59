import { neutrals, palettes } from '#app/reports/chart/colours.ts';

export { colourAt, densityScale, divergingScale, palettes, sequentialScale } from '#app/reports/chart/colours.ts';

/** Colours and type of a chart, taken from the design tokens of the page it stands on. All colours are `rgb()` text. */
export interface ChartTheme {
  readonly dark: boolean;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly axis: string;
  readonly surface: string;
  /** Surface of what floats (hover labels). */
  readonly raised: string;
  readonly accent: string;
  readonly font: string;
}

export const dashes = ['solid', 'dash', 'dot', 'dashdot', 'longdash'] as const;
export const symbols = ['circle', 'square', 'diamond', 'triangle-up', 'x', 'cross', 'star', 'triangle-down', 'hexagon'] as const;

export function seriesColour(theme: Pick<ChartTheme, 'dark'>, index: number): string {
  const palette = theme.dark ? palettes.dark : palettes.light;
  return palette[index % palette.length] ?? palette[0];
}

export const neutralColour = (theme: Pick<ChartTheme, 'dark'>): string => (theme.dark ? neutrals.dark : neutrals.light);

/** `#rrggbb` with an opacity, as Plotly reads it. */
export function withAlpha(hexColour: string, alpha: number): string {
  const value = Number.parseInt(hexColour.slice(1), 16);
  return `rgba(${value >> 16}, ${(value >> 8) & 255}, ${value & 255}, ${alpha})`;
}
