import type { KnipConfig } from 'knip';

/** Finds files, exports, types and dependencies that nothing uses. `npm run lint` has it run twice: with the tests, and without them. */
export default {
  entry: [
    'src/main/{index,start}.ts!',
    'src/main/cli/shadowtape.ts!',
    'src/main/data-path/data-worker.ts!',
    'src/main/history/history-worker.ts!',
    'src/preload/index.ts!',
    'src/renderer/main.ts!',
    // Processes that tests and measurements start by their paths.
    'src/**/*.fixture.ts',
    'test/bench/*.ts',
    'test/support/second-console-process.ts',
  ],
  project: ['src/**/*.{ts,svelte}!', '!src/**/*.{test,test-support,fixture}.ts!', 'test/**/*.ts', '*.{js,ts}'],
  // Programs of the machine.
  ignoreBinaries: ['mkfifo', 'ssh-agent', 'ssh-keygen', 'unshare'],
  ignoreDependencies: [
    // Files of these are read by their paths.
    '@expo-google-fonts/jetbrains-mono',
    '@expo-google-fonts/noto-sans-jp',
    'axe-core',
    // A style sheet names them.
    '@fontsource-variable/inter',
    '@fontsource-variable/jetbrains-mono',
  ],
} satisfies KnipConfig;
