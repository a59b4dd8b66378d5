/** Builds the dashboard into dashboard/dist, which the gateway's own process serves at /dashboard/. */
import path from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = import.meta.dirname;
const gateway = process.env.TOLLGATE_URL ?? 'http://127.0.0.1:7070';

export default defineConfig({
  root: here,
  base: '/dashboard/',
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: { '@': path.join(here, 'src'), '@tollgate/client': path.join(here, '../client/src/index.ts') },
  },
  build: {
    outDir: path.join(here, 'dist'),
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // Nothing as data: in the style sheet, whose policy then needs no exception.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
  },
  server: { port: 5173, proxy: { '/api': gateway, '/v1': gateway } },
});
