import { create } from 'zustand';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type Theme = 'light' | 'dark';

const storageKey = 'penstock.theme';
const darkQuery = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : null;

function storedChoice(): ThemeChoice {
  const value = typeof localStorage === 'undefined' ? null : localStorage.getItem(storageKey);
  return value === 'light' || value === 'dark' ? value : 'system';
}

function resolve(choice: ThemeChoice): Theme {
  if (choice !== 'system') return choice;
  return darkQuery?.matches ? 'dark' : 'light';
}

interface ThemeState {
  /** What the person chose. */
  readonly choice: ThemeChoice;
  /** What is shown. */
  readonly theme: Theme;
  choose(choice: ThemeChoice): void;
}

/** The theme shown; charts subscribe to `theme` to redraw with the other palette. */
export const useTheme = create<ThemeState>((set) => ({
  choice: storedChoice(),
  theme: resolve(storedChoice()),
  choose(choice) {
    localStorage.setItem(storageKey, choice);
    set({ choice, theme: resolve(choice) });
  },
}));

/** Puts the theme on the root element and follows the system's setting. Call once at start. */
export function startTheme(): void {
  const apply = (theme: Theme) => document.documentElement.setAttribute('data-theme', theme);
  apply(useTheme.getState().theme);
  useTheme.subscribe((state) => apply(state.theme));
  // Chosen in another window.
  window.addEventListener('storage', (event) => {
    if (event.key === storageKey) useTheme.setState({ choice: storedChoice(), theme: resolve(storedChoice()) });
  });
  darkQuery?.addEventListener('change', () => {
    const { choice } = useTheme.getState();
    useTheme.setState({ theme: resolve(choice) });
  });
}

/** The computed value of a colour token (`--accent`), for libraries that cannot read CSS variables. */
export function tokenColour(name: `--${string}`): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
