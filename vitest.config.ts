import { defineConfig } from 'vitest/config';
import FailureCount from './test/support/failure-count.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // A run waits for disk and sockets a good part of its time: three fill two cores.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    reporters: ['default', new FailureCount()],
  },
});
