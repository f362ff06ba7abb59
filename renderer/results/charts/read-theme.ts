import { tokenColour } from '../../ui/index.ts';
import type { Theme } from '../../ui/index.ts';
import type { ChartTheme } from './theme.ts';

const themes = new Map<Theme, ChartTheme>();

/** The chart theme of what is on screen now, from the design tokens. */
export function readChartTheme(theme: Theme): ChartTheme {
  const known = themes.get(theme);
  if (known) return known;
  const read: ChartTheme = {
    dark: theme === 'dark',
    text: rgb('--ink'),
    muted: rgb('--ink-muted'),
    grid: rgb('--line'),
    axis: rgb('--line-strong'),
    surface: rgb('--surface'),
    raised: rgb('--raised'),
    accent: rgb('--accent'),
    font: getComputedStyle(document.body).fontFamily,
  };
  themes.set(theme, read);
  return read;
}

let canvas: CanvasRenderingContext2D | null = null;

/** Tokens are OKLCH, which Plotly cannot read: a pixel painted in the colour gives its sRGB. */
function rgb(token: `--${string}`): string {
  canvas ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!canvas) return 'rgb(128, 128, 128)';
  canvas.fillStyle = tokenColour(token);
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}
