import type { ReportPalette } from '../document.ts';

/**
 * Nine colours that stay apart with every kind of colour blindness (renderer/results/charts/theme.test.ts measures it) and against the
 * surface; after Okabe and Ito (2008) and Tol (2021). Order puts the pairs that differ most first. The tenth is for “Other” and missing values.
 */
export const palettes = {
  light: ['#0072b2', '#d55e00', '#009e73', '#aa4499', '#c79a00', '#5aa9e0', '#7a1a4f', '#332288', '#4d5a12'],
  dark: ['#03c4ff', '#d95c2c', '#0fb881', '#fc8cb9', '#c3a205', '#cfdcf1', '#be0088', '#bd6bf4', '#fdd860'],
} as const;
export const neutrals = { light: '#9aa0a8', dark: '#89848c' } as const;

export type Stops = readonly (readonly [number, string])[];

interface Dark {
  readonly dark: boolean;
}

/** One hue from the surface up, so that more always reads as more (light on dark and dark on light). */
export function sequentialScale({ dark }: Dark): [number, string][] {
  return dark
    ? [[0, '#16222e'], [0.25, '#174a70'], [0.5, '#1f74ad'], [0.75, '#4ea6e3'], [1, '#b7e0fb']]
    : [[0, '#f3f8fc'], [0.25, '#c3def1'], [0.5, '#7fb8df'], [0.75, '#3585bf'], [1, '#0b4a7a']];
}

/** For dense clouds: even the fewest rows must be seen against the surface. */
export function densityScale({ dark }: Dark): [number, string][] {
  return dark
    ? [[0, '#1d4a68'], [0.35, '#1f7fae'], [0.7, '#4fc0c8'], [1, '#f2f0a1']]
    : [[0, '#cfe3f1'], [0.35, '#6fb0d8'], [0.7, '#2170ad'], [1, '#08275c']];
}

/** Orange below the centre, blue above it; the centre is the surface. */
export function divergingScale({ dark }: Dark): [number, string][] {
  return dark
    ? [[0, '#f5a05a'], [0.25, '#a85a1d'], [0.5, '#2a2f36'], [0.75, '#1f74ad'], [1, '#7cc4f4']]
    : [[0, '#a24a00'], [0.25, '#eda25f'], [0.5, '#f6f6f4'], [0.75, '#6fabd6'], [1, '#0b4a7a']];
}

const greyScale = ({ dark }: Dark): Stops => (dark ? [[0, '#2a2d32'], [1, '#f0f0f0']] : [[0, '#f2f2f2'], [1, '#1c1c1c']]);

const channels = (hex: string): number[] => [16, 8, 0].map((shift) => (Number.parseInt(hex.slice(1), 16) >> shift) & 255);

/** The colour of a scale at a share from 0 to 1 of it, between its stops as Plotly mixes them: in sRGB. */
export function colourAt(scale: Stops, share: number): string {
  const above = Math.max(1, scale.findIndex(([stop]) => stop >= share));
  const [from, to] = [scale[above - 1], scale[above]];
  if (from === undefined || to === undefined) return scale.at(-1)?.[1] ?? '#000000';
  const part = Math.min(1, Math.max(0, (share - from[0]) / (to[0] - from[0])));
  const end = channels(to[1]);
  return `rgb(${channels(from[1]).map((start, index) => Math.round(start + part * ((end[index] ?? 0) - start))).join(', ')})`;
}

const okabeIto = {
  light: ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#000000', '#b8a900', '#7a7a7a'],
  dark: ['#56b4e9', '#e69f00', '#009e73', '#cc79a7', '#f0e442', '#d55e00', '#ffffff', '#4c9fd6', '#a8a8a8'],
};
const greys = {
  light: ['#1f1f1f', '#8c8c8c', '#555555', '#b3b3b3', '#3a3a3a', '#a0a0a0', '#6e6e6e', '#c4c4c4', '#474747'],
  dark: ['#f2f2f2', '#909090', '#c4c4c4', '#6e6e6e', '#dcdcdc', '#7f7f7f', '#aaaaaa', '#5c5c5c', '#d0d0d0'],
};

/** Steps of a continuous scale. */
export const levels = 24;
export const seriesCount = palettes.light.length;

/** Which of a chart's continuous scales. */
export type ScaleName = 'sequential' | 'density' | 'diverging';
const letters: Readonly<Record<ScaleName, string>> = { sequential: 's', density: 'v', diverging: 'd' };

/** Colours as they are written in a drawing: the theme and the palette around it decide. */
export const ink = { text: 'var(--chart-ink)', muted: 'var(--chart-muted)', grid: 'var(--chart-grid)', axis: 'var(--chart-axis)', surface: 'var(--chart-surface)', neutral: 'var(--chart-neutral)' } as const;
export const seriesInk = (index: number): string => `var(--chart-${index % seriesCount})`;
export const levelOf = (share: number): number => Math.max(0, Math.min(levels - 1, Math.floor(share * levels)));
export const levelInk = (scale: ScaleName, level: number): string => `var(--chart-${letters[scale]}${level})`;
/** For text on a colour of a scale. */
export const levelText = (scale: ScaleName, level: number): string => `var(--chart-${letters[scale]}${level}t)`;

/** Relative luminance (WCAG 2.2) of an `rgb()` text. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [...colour.matchAll(/\d+/g)].map(([digits]) => {
    const share = Number(digits) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Values of the variables that drawings are written in. */
export function chartVariables(dark: boolean, palette: ReportPalette): Record<string, string> {
  const tone = dark ? 'dark' : 'light';
  const series: readonly string[] = { standard: palettes[tone], 'okabe-ito': okabeIto[tone], greys: greys[tone] }[palette];
  const variables: Record<string, string> = {
    '--chart-ink': dark ? '#e9ebef' : '#1d2129',
    '--chart-muted': dark ? '#a9afba' : '#535a66',
    '--chart-grid': dark ? '#343941' : '#e3e6ea',
    '--chart-axis': dark ? '#565d69' : '#b9bfc8',
    '--chart-surface': dark ? '#1d2026' : '#ffffff',
    '--chart-neutral': neutrals[tone],
  };
  series.forEach((colour, index) => (variables[`--chart-${index}`] = colour));
  const scales: Readonly<Record<ScaleName, Stops>> =
    palette === 'greys' ? { sequential: greyScale({ dark }), density: greyScale({ dark }), diverging: greyScale({ dark }) } : { sequential: sequentialScale({ dark }), density: densityScale({ dark }), diverging: divergingScale({ dark }) };
  for (const [name, stops] of Object.entries(scales) as [ScaleName, Stops][]) {
    for (let level = 0; level < levels; level += 1) {
      const colour = colourAt(stops, (level + 0.5) / levels);
      variables[`--chart-${letters[name]}${level}`] = colour;
      variables[`--chart-${letters[name]}${level}t`] = luminance(colour) > 0.179 ? '#000000' : '#ffffff';
    }
  }
  return variables;
}
