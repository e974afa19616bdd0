import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { configDefaults, defineConfig } from 'vitest/config';
import FailureCount from './test/support/failure-count.ts';
import LongestFirst from './test/support/longest-first.ts';
import RealPrograms from './test/support/real-programs.ts';
import { temporaryFolder } from './test/support/temporary-folder.ts';

/** Tests of what lives in a page, and is compiled by Svelte. The others are not made to wait for that. */
const pageTests = 'src/renderer/**/*.svelte.test.ts';

/**
 * Each run makes some ten MiB of buffers, and V8 marked the whole heap several times a run for them: a fifth of the processor time. Buffers
 * count as a part of the heap here, and the heap is not marked before it is this large (MiB).
 */
const workerFlags = ['--external-memory-accounted-in-global-limit', '--initial-old-space-size=512'];

/**
 * Large pages for what glibc allocates: a run makes some ten MiB of buffers, and each page of 4 KiB that is touched for the first time stops the
 * process (two thirds of these stops fewer, a seventh of the processor time). A worker takes it from its environment; other libraries ignore it.
 */
process.env['GLIBC_TUNABLES'] ??= 'glibc.malloc.hugetlb=1:glibc.malloc.top_pad=67108864';

export default defineConfig({
  test: {
    // A run waits for disk and sockets a good part of its time: three fill two cores.
    maxWorkers: 3,
    // No test leaves anything in its process: the next file need not wait for a new one, and for everything to be
    // loaded again.
    isolate: false,
    execArgv: workerFlags,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for takes as long as the machine is loaded; vitest's own limit of a second is a guess at its speed.
    expect: { poll: { timeout: 60_000, interval: 50 } },
    restoreMocks: true,
    sequence: { sequencer: LongestFirst },
    // Tests start the command line hundreds of times: what Node has compiled of it is kept for the next one.
    env: {
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'shadowtape-tests'),
      TMPDIR: temporaryFolder(),
      // Times are shown in the zone of the machine. Personal configuration does not count.
      TZ: 'UTC',
      SHADOWTAPE_CONFIG: '',
    },
    reporters: ['default', new FailureCount(), new RealPrograms()],
    projects: [
      {
        extends: true,
        test: {
          name: 'program',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, pageTests],
          // Node loads the sources, as it does for the command line: Vite would transform each file, and make calls between files slower.
          experimental: { viteModuleRunner: false, nodeLoader: false },
          // After the pages: a worker ends where a test of another project is next, and its successor has to load and
          // warm up again.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        plugins: [svelte({ configFile: false })],
        resolve: { conditions: ['browser'] },
        // Some of them put another bridge into a module's place.
        test: {
          name: 'page',
          isolate: true,
          include: [pageTests],
          environment: './test/support/ui/page-environment.ts',
        },
      },
    ],
  },
});
