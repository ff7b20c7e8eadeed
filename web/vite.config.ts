import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [svelte()],
  resolve: {
    // The package shows only the whole of itself, with the symbols of armies and navies: four fifths of it is not needed.
    alias: { 'milsymbol/parts': fileURLToPath(new URL('node_modules/milsymbol/index.mjs', import.meta.url)) },
  },
  // MapLibre's worker is an ES module: any other format builds cleanly and shows an empty map.
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // The page's policy allows scripts, styles and workers from our own server only: inline nothing.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The map and its layers are one large chunk by nature; the limit warns when it grows beyond that.
    chunkSizeWarningLimit: 3000,
  },
})
