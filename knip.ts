import type { KnipConfig } from 'knip';

/** `npm run lint` looks twice for what nothing uses: with the tests, and without them (`--production`). */
const isWithoutTests = process.argv.includes('--production');

export default {
  entry: [
    'src/main/{index,start}.ts!',
    // Processes and threads that are started by their paths.
    'src/**/*.fixture.ts',
    'test/bench/*.ts',
    'test/support/{rmt-emulator,second-console-process}.ts',
    'test/support/language/{perform-lines,print-help,print-reports,speak-pseudo-language}.ts',
  ],
  project: [
    'src/**/*.{ts,svelte}!',
    '!src/**/*.{test,test-support,fixture}.ts!',
    '!src/**/fixtures/**!',
    'test/**/*.ts',
    'packaging/*.ts',
    '*.{js,ts}',
  ],
  // A test may look into a file whose other functions the program uses.
  ignoreExportsUsedInFile: isWithoutTests,
  // Programs of the machine.
  ignoreBinaries: [
    'dpkg',
    'dpkg-query',
    'groff',
    'mbuffer',
    'mkfifo',
    'mount',
    'rpm',
    'ssh-add',
    'ssh-agent',
    'ssh-keygen',
    'systemd-analyze',
    'umount',
    'unshare',
  ],
  ignoreDependencies: [
    // Their files are read by their paths.
    '@expo-google-fonts/jetbrains-mono',
    '@expo-google-fonts/noto-sans-jp',
    'axe-core',
    // A style sheet names them.
    '@fontsource-variable/inter',
    '@fontsource-variable/jetbrains-mono',
  ],
} satisfies KnipConfig;
