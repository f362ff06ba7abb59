import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The page, for the desktop shell and for a browser: one folder of files that refer to each other relatively, nothing from a network. */
export default defineConfig({
  root: `${root}renderer`,
  base: './',
  publicDir: false,
  plugins: [react(), tailwindcss()],
  build: {
    target: 'chrome114',
    outDir: `${root}dist/renderer`,
    emptyOutDir: true,
    chunkSizeWarningLimit: 6000,
    // Fonts stay files: the page's policy allows them from its own origin only.
    assetsInlineLimit: 0,
  },
});
