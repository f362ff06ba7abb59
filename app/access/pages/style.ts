/**
 * The look of the pages before signing in: the tokens of the app (renderer/ui/theme.css), light and dark by the system's choice, without
 * its bundle. Served as a file of its own, because the pages' policy takes no style from the page itself.
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --canvas: oklch(0.967 0.003 255); --dot: oklch(0.865 0.009 255); --surface: oklch(1 0 0); --sunken: oklch(0.968 0.003 255);
  --line: oklch(0.912 0.006 255); --line-control: oklch(0.66 0.014 257); --ink: oklch(0.24 0.018 260); --muted: oklch(0.47 0.018 258);
  --accent: oklch(0.53 0.185 262); --accent-strong: oklch(0.46 0.185 263); --accent-ink: oklch(0.47 0.18 262); --on-accent: oklch(1 0 0);
  --focus: oklch(0.56 0.19 262); --bad: oklch(0.57 0.205 25); --bad-ink: oklch(0.5 0.19 26); --bad-soft: oklch(0.96 0.02 22);
  --good-ink: oklch(0.46 0.115 152); --good-soft: oklch(0.955 0.035 155); --warn-ink: oklch(0.49 0.105 65); --warn-soft: oklch(0.965 0.04 85);
  --wire: oklch(0.8 0.012 257);
  --shadow: 0 0 0 1px oklch(0.3 0.03 260 / 0.07), 0 4px 10px oklch(0.3 0.03 260 / 0.06), 0 16px 36px oklch(0.3 0.03 260 / 0.1);
}
@media (prefers-color-scheme: dark) {
  :root {
    --canvas: oklch(0.188 0.009 262); --dot: oklch(0.3 0.014 262); --surface: oklch(0.243 0.011 262); --sunken: oklch(0.198 0.01 262);
    --line: oklch(0.318 0.013 262); --line-control: oklch(0.53 0.016 262); --ink: oklch(0.945 0.005 260); --muted: oklch(0.775 0.012 260);
    --accent: oklch(0.555 0.185 262); --accent-strong: oklch(0.51 0.185 262); --accent-ink: oklch(0.78 0.115 260);
    --focus: oklch(0.72 0.15 260); --bad: oklch(0.68 0.185 24); --bad-ink: oklch(0.78 0.13 22); --bad-soft: oklch(0.325 0.065 22);
    --good-ink: oklch(0.8 0.135 154); --good-soft: oklch(0.31 0.045 155); --warn-ink: oklch(0.85 0.125 82); --warn-soft: oklch(0.325 0.045 80);
    --wire: oklch(0.4 0.014 260);
    --shadow: 0 0 0 1px oklch(0 0 0 / 0.35), 0 4px 10px oklch(0 0 0 / 0.25), 0 16px 40px oklch(0 0 0 / 0.45);
  }
}
* { box-sizing: border-box; }
html { height: 100%; }
body {
  margin: 0; min-height: 100%; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1.25rem; padding: 2rem 1rem;
  background: var(--canvas) radial-gradient(var(--dot) 1px, transparent 1.2px) 0 0 / 24px 24px; color: var(--ink);
  font: 0.875rem/1.45 'Inter Variable', Inter, system-ui, sans-serif; -webkit-font-smoothing: antialiased;
}
.brand { display: flex; align-items: center; gap: 0.625rem; font-size: 1.125rem; font-weight: 600; letter-spacing: -0.01em; }
.brand svg { width: 2rem; height: 2rem; }
main { position: relative; width: 100%; max-width: 24rem; background: var(--surface); border-radius: 0.625rem; box-shadow: var(--shadow); padding: 1.75rem; }
h1 { margin: 0 0 0.25rem; font-size: 1.25rem; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; overflow-wrap: anywhere; }
p { margin: 0; }
.what { color: var(--muted); margin-bottom: 1.25rem; }
form { display: flex; flex-direction: column; gap: 1rem; margin: 1.25rem 0 0; }
.what + form { margin-top: 0; }
label { display: block; margin-bottom: 0.25rem; font-size: 0.8125rem; font-weight: 500; }
input[type='text'], input[type='password'] {
  width: 100%; height: 2.375rem; padding: 0 0.625rem; border: 1px solid var(--line-control); border-radius: 0.375rem; background: var(--surface); color: var(--ink); font: inherit;
}
input[aria-invalid] { border-color: var(--bad); }
.hint { margin-top: 0.25rem; font-size: 0.75rem; color: var(--muted); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
.button {
  display: flex; align-items: center; justify-content: center; width: 100%; min-height: 2.375rem; padding: 0.375rem 0.75rem; border-radius: 0.375rem; border: 1px solid var(--line-control);
  background: var(--surface); color: var(--ink); font: inherit; font-weight: 500; text-align: center; text-decoration: none; cursor: default; overflow-wrap: anywhere;
}
.button:hover { background: var(--sunken); }
.primary { border-color: transparent; background: var(--accent); color: var(--on-accent); }
.primary:hover { background: var(--accent-strong); }
.or { display: flex; align-items: center; gap: 0.75rem; margin: 1rem 0; color: var(--muted); font-size: 0.75rem; }
.or::before, .or::after { content: ''; flex: 1; height: 1px; background: var(--line); }
.note { display: flex; gap: 0.5rem; margin: 1rem 0 0; padding: 0.625rem 0.75rem; border-radius: 0.375rem; background: var(--bad-soft); color: var(--bad-ink); }
.note.good { background: var(--good-soft); color: var(--good-ink); }
.note.warn { background: var(--warn-soft); color: var(--warn-ink); }
.note svg { flex: none; width: 1rem; height: 1rem; margin-top: 0.125rem; }
.note p + p { margin-top: 0.125rem; color: var(--ink); }
.rules { margin: 0; padding: 0.75rem 0.875rem; border-radius: 0.375rem; background: var(--sunken); font-size: 0.75rem; color: var(--muted); }
.rules h2 { margin: 0 0 0.25rem; font-size: 0.75rem; font-weight: 600; color: var(--ink); }
.rules ul { margin: 0; padding-left: 1rem; }
.rules li + li { margin-top: 0.25rem; }
.foot { margin-top: 1.25rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 0.75rem; color: var(--muted); }
.stack { display: flex; flex-direction: column; gap: 0.625rem; margin-top: 1.25rem; }
a { color: var(--accent-ink); }
@media (max-width: 28rem) { body { justify-content: flex-start; padding: 1.25rem 0.75rem; } main { padding: 1.25rem; } }
@media (forced-colors: active) { main, .button, .note, .rules { border: 1px solid; } }
`;
