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

/**
 * Nine colours that stay apart with every kind of colour blindness (theme.test.ts measures it) and against the surface; after Okabe and
 * Ito (2008) and Tol (2021). Order puts the pairs that differ most first. The tenth is for “Other” and missing values.
 */
export const palettes = {
  light: ['#0072b2', '#d55e00', '#009e73', '#aa4499', '#c79a00', '#5aa9e0', '#7a1a4f', '#332288', '#4d5a12'],
  dark: ['#03c4ff', '#d95c2c', '#0fb881', '#fc8cb9', '#c3a205', '#cfdcf1', '#be0088', '#bd6bf4', '#fdd860'],
} as const;
const neutrals = { light: '#9aa0a8', dark: '#89848c' } as const;

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

/** One hue from the surface up, so that more always reads as more (light on dark and dark on light). */
export function sequentialScale(theme: Pick<ChartTheme, 'dark'>): [number, string][] {
  return theme.dark
    ? [
        [0, '#16222e'],
        [0.25, '#174a70'],
        [0.5, '#1f74ad'],
        [0.75, '#4ea6e3'],
        [1, '#b7e0fb'],
      ]
    : [
        [0, '#f3f8fc'],
        [0.25, '#c3def1'],
        [0.5, '#7fb8df'],
        [0.75, '#3585bf'],
        [1, '#0b4a7a'],
      ];
}

/** For dense clouds: even the fewest rows must be seen against the surface. */
export function densityScale(theme: Pick<ChartTheme, 'dark'>): [number, string][] {
  return theme.dark
    ? [
        [0, '#1d4a68'],
        [0.35, '#1f7fae'],
        [0.7, '#4fc0c8'],
        [1, '#f2f0a1'],
      ]
    : [
        [0, '#cfe3f1'],
        [0.35, '#6fb0d8'],
        [0.7, '#2170ad'],
        [1, '#08275c'],
      ];
}

/** Orange below the centre, blue above it; the centre is the surface. */
export function divergingScale(theme: Pick<ChartTheme, 'dark'>): [number, string][] {
  return theme.dark
    ? [
        [0, '#f5a05a'],
        [0.25, '#a85a1d'],
        [0.5, '#2a2f36'],
        [0.75, '#1f74ad'],
        [1, '#7cc4f4'],
      ]
    : [
        [0, '#a24a00'],
        [0.25, '#eda25f'],
        [0.5, '#f6f6f4'],
        [0.75, '#6fabd6'],
        [1, '#0b4a7a'],
      ];
}

/** The colour of a scale at a share from 0 to 1 of it, between its stops as Plotly mixes them: in sRGB. */
export function colourAt(scale: readonly (readonly [number, string])[], share: number): string {
  const above = Math.max(1, scale.findIndex(([stop]) => stop >= share));
  const [from, to] = [scale[above - 1], scale[above]];
  if (from === undefined || to === undefined) return scale.at(-1)?.[1] ?? '#000000';
  const part = Math.min(1, Math.max(0, (share - from[0]) / (to[0] - from[0])));
  const channel = (hexColour: string, shift: number): number => (Number.parseInt(hexColour.slice(1), 16) >> shift) & 255;
  return `rgb(${[16, 8, 0].map((shift) => Math.round(channel(from[1], shift) + part * (channel(to[1], shift) - channel(from[1], shift)))).join(', ')})`;
}
