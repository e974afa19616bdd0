import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';
import { builtInPackages } from './packaging/components.ts';

const source = (path: string) => resolve(import.meta.dirname, 'src', path);

export default defineConfig({
  main: {
    build: {
      externalizeDeps: { exclude: builtInPackages },
      // The oldest runtime that the built program is to run on: Node 20.18, as in Electron 33.
      target: 'node20.18',
      rollupOptions: {
        input: {
          index: source('main/index.ts'),
          shadowtape: source('main/cli/shadowtape.ts'),
          // A thread begins with a file of its own.
          'data-worker': source('main/data-path/data-worker.ts'),
          'history-worker': source('main/history/history-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      rollupOptions: {
        input: { index: source('preload/index.ts') },
        // A sandboxed preload is one CommonJS file.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: source('renderer'),
    build: { minify: true, rollupOptions: { input: source('renderer/index.html') } },
    plugins: [svelte()],
  },
});
