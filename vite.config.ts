// The page: renderer/ to dist/renderer, served by either window host. The nonce is a placeholder that the host replaces
// in each answer (main/hosts/page.ts).
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { noncePlaceholder } from './main/hosts/page.ts';

export default defineConfig({
  root: 'renderer',
  // Relative: the page is at the root of whichever scheme serves it.
  base: './',
  cacheDir: '../.cache/vite',
  plugins: [react()],
  html: { cspNonce: noncePlaceholder },
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome140',
    // A data: script or font would need a hole in the policy; images may be.
    assetsInlineLimit: (path) => (/\.(png|svg)$/.test(path) ? undefined : false),
    chunkSizeWarningLimit: 2000,
  },
});
