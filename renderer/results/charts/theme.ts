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
 * Series colours: Okabe and Ito's set (2008), distinguishable with every kind of colour blindness; lightened for dark
 * surfaces. Order puts the pairs that differ most first.
 */
const lightPalette = ['#0072b2', '#d55e00', '#009e73', '#b5579a', '#a87400', '#3a8fc4', '#5b5b5b'] as const;
const darkPalette = ['#5cb3ee', '#f0883e', '#33c69b', '#e59ac6', '#e8bb3c', '#9ad4f7', '#b4b4b4'] as const;

export const dashes = ['solid', 'dash', 'dot', 'dashdot', 'longdash'] as const;
export const symbols = ['circle', 'square', 'diamond', 'triangle-up', 'x', 'cross', 'star'] as const;

export function seriesColour(theme: Pick<ChartTheme, 'dark'>, index: number): string {
  const palette = theme.dark ? darkPalette : lightPalette;
  return palette[index % palette.length] ?? palette[0];
}

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
